// @ts-check
// The drawing where there is no room for it to be wide: time runs down, each happening with its date and its whole title, long
// stretches without any as one line. Owns that order and its elements; what a happening looks like is in marks.js.

import { timeName } from "./axis.js";
import { ranked, reaches, span, touches } from "./layout.js";
import { count, dress, make, nothing, styled, tell, when } from "./marks.js";

const YEAR = 360;
/** In a lane with more than so many rows, so many happenings are shown and the others counted between them. */
const FOLDED = { rows: 48, shown: 20 };

/** A row: a happening, or a count of some. @typedef {{item: Item | null, from: number, to: number, many: number}} Entry */

/** What has no end comes last, as in the list. @param {number} to */
const late = (to) => (to === Infinity ? -Infinity : to);

/**
 * Make the children of one lane.
 * @param {View} data @param {number} lane @param {Span} window @param {import("./scale.js").Scale} scale
 * @param {{width: number, item: (item: Item) => any, keep: (key: string, born: () => any) => any, focus?: string, about: string}} room how a happening is made, and what is there already
 */
export function column(data, lane, window, scale, { width, item: made, keep, focus, about }) {
  const entries = data.items
    .filter((item) => item.lanes.includes(lane) && touches(item, window))
    .map((item) => ({ item, from: span(item)[0], to: span(item)[1], many: 1 }));
  const counts = data.clusters
    .filter((cluster) => cluster[0] === lane && reaches(cluster, window, data))
    .map(([, first, last, many]) => ({ item: null, from: first, to: last + 1, many }));
  const order = few(
    [...entries, ...counts].sort((one, other) => one.from - other.from || late(other.to) - late(one.to) || ((one.item?.id ?? "") < (other.item?.id ?? "") ? -1 : 1)),
    scale.pixels(window, width),
    width,
    focus,
  );
  /** @type {any[]} */
  const rows = [];
  let heading = "";
  let until = -Infinity;
  for (const { item, from, to, many } of order) {
    const gap = scale.breaks(window).find((one) => until <= one.start && from >= one.end);
    if (gap && rows.length) rows.push(make("p", "gap", `⌇ ${nothing(from - until)} ⌇`));
    if (to !== Infinity) until = Math.max(until, to);
    else until = Math.max(until, from + 1);
    const unit = to - from >= YEAR && to !== Infinity ? "year" : partOf(scale, from, window) > 3 * YEAR ? "year" : "month";
    const words = timeName(Math.max(from, window.start), unit === "year" || item?.edtf.length === 4 ? "year" : "month");
    if (item && words !== heading) rows.push(make("p", "period", (heading = words)));
    if (item) {
      const element = made(item);
      const [, until] = span(item);
      dress(element, item, { spot: until - from <= 1 && item.how !== "through", focused: focus === item.id });
      styled(element, "");
      when(element, item);
      rows.push(element);
    } else {
      const element = keep(`count ${lane} ${from}`, count);
      tell(element, { lane, at: 0, width: 0, from: 0, to: 0, count: many, start: from, end: to }, many, about);
      styled(element, "");
      element.firstChild.lastChild.textContent = element.firstChild.title.replace(/:[^:]*$/, "");
      rows.push(element);
    }
  }
  return rows;
}

/**
 * Leave of too many rows those that are to be shown, as their labels would be; what is between two of them is one count.
 * @param {Entry[]} order @param {(instant: number) => number} px @param {number} width @param {string} [focus] @returns {Entry[]}
 */
function few(order, px, width, focus) {
  if (order.length <= FOLDED.rows) return order;
  const boxes = order.flatMap((entry) => (entry.item ? [{ item: entry.item, from: px(entry.from), entry }] : []));
  const shown = new Set(ranked(boxes, width, focus).slice(0, FOLDED.shown).map(({ entry }) => entry));
  /** @type {Entry[]} */
  const rows = [];
  /** @type {Entry | null} */
  let count = null;
  for (const entry of order) {
    if (shown.has(entry)) count = null;
    else if (count) {
      const until = [count, entry].map(({ item, from, to }) => (item ? from + 1 : to));
      rows[rows.length - 1] = count = { item: null, from: count.from, to: Math.max(...until), many: count.many + entry.many };
      continue;
    } else count = entry;
    rows.push(entry);
  }
  return rows;
}

/** Say how long the part of the axis is in which an instant is, as far as it is in the window. @param {import("./scale.js").Scale} scale @param {number} instant @param {Span} window */
function partOf(scale, instant, window) {
  const slice = scale.slices(window).find(({ end }) => instant < end);
  return slice ? slice.end - slice.start : Infinity;
}

