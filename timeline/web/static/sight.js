// @ts-check
// The lower end of the drawing, where the window ends before it does and the axis covers the rest: whole rows are in sight above
// the axis, and how much follows below. Owns that. Reads places when all has its own, so that nothing is placed twice.

import { number } from "./axis.js";
import { CHIPS, ROW } from "./layout.js";

export class Sight {
  /** @param {any} words the axis, which stays in sight @param {any} lanes */
  constructor(words, lanes) {
    this.words = words;
    this.lanes = lanes;
    /** From where to where each happening and each count is, below the top of the lanes, and of how many. @type {[number, number, number][]} */
    this.heights = [];
    this.about = "";
    const end = () => this.end();
    this.placed = new ResizeObserver(end);
    for (const type of ["scroll", "resize"]) addEventListener(type, end, { passive: true });
  }

  /** Take over what is drawn. @param {ReturnType<typeof import("./layout.js").layout>} drawn @param {number} unit @param {string} about */
  set({ lanes, boxes, chips }, unit, about) {
    const ends = lanes.map(({ top, height }) => top + height);
    this.heights = [
      ...boxes.map(({ lane, top, lines }) => [lanes[lane].top + top, lanes[lane].top + top + (lines * ROW - 2) * unit, 1]),
      ...chips.map(({ lane, count }) => [ends[lane] - CHIPS * unit, ends[lane], count]),
    ];
    this.about = about;
    // It is called when all has been placed, before that is shown.
    this.placed.disconnect();
    this.placed.observe(this.lanes);
  }

  /** End what is in sight where a row ends. */
  end() {
    const { words, heights } = this;
    const { top, height } = this.lanes.getBoundingClientRect();
    const axis = words.offsetHeight;
    const room = document.documentElement.clientHeight - axis - top;
    // The note needs some room too.
    const most = room - axis * 0.6;
    // Of the last places where a row begins or ends, the one that cuts the fewest labels of two lines.
    const edges = [...new Set(heights.flatMap(([from, to]) => [from, to]))].filter((edge) => edge <= most && edge > most - axis * 2);
    const cuts = edges.map((edge) => ({ edge, cut: heights.filter(([from, to]) => from < edge - 1 && to > edge + 1).length }));
    const { edge } = cuts.sort((one, other) => one.cut - other.cut || other.edge - one.edge)[0] ?? {};
    const below = heights.reduce((sum, [, to, many]) => sum + (to > edge + 1 ? many : 0), 0);
    if (height > room && below) {
      words.dataset.more = `▾ ${this.about}${number(below)} more below`;
      words.style.setProperty("--more", `${room - edge}px`);
    } else delete words.dataset.more;
  }
}
