// @ts-check
// The overview: a strip over the whole span that shows how many happenings fall where, and a window on it, which is the
// view. Owns the strip's drawing and its dragging. For those who see and point: by keyboard the view itself is moved.

import { ticks } from "./axis.js";
import { make } from "./marks.js";


const HEIGHT = 44;
const SVG = "http://www.w3.org/2000/svg";

export class Strip {
  /** @param {HTMLElement} element @param {(window: Span, done: boolean) => void} moved @param {string} locale */
  constructor(element, moved, locale) {
    this.element = element;
    this.moved = moved;
    this.locale = locale;
    /** @type {Overview} */
    this.overview = { first: null, last: null, bars: [], exact: true };
    this.path = document.createElementNS(SVG, "path");
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("viewBox", `0 0 1000 ${HEIGHT}`);
    picture.append(this.path);
    this.frame = make("div", "strip-window");
    this.frame.append(make("i", "strip-start"), make("i", "strip-end"));
    this.labels = make("div", "strip-labels");
    element.replaceChildren(picture, this.frame, this.labels);
    element.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** The span that the strip is over. @returns {Span} */
  get span() {
    const { first, last } = this.overview;
    if (first === null || last === null) return { start: 0, end: 1 };
    const length = last + 1 - first;
    const room = length < 1 ? length * 0.06 + 7e-4 : Math.max(0.5, length * 0.01);
    return { start: first - room, end: last + 1 + room };
  }

  /** @param {Overview} overview */
  set(overview) {
    this.overview = overview;
    const { start, end } = this.span;
    const most = Math.max(1, ...overview.bars.map((bar) => bar[2]));
    const x = (day) => ((day - start) / (end - start)) * 1000;
    this.path.setAttribute(
      "d",
      overview.bars
        .map(([first, last, count]) => {
          const height = 3 + Math.sqrt(count / most) * (HEIGHT - 5);
          const width = Math.max(1.5, x(last + 1) - x(first));
          return `M${x(first).toFixed(2)} ${HEIGHT}v-${height.toFixed(1)}h${width.toFixed(2)}v${height.toFixed(1)}z`;
        })
        .join(""),
    );
    const width = this.element.clientWidth || 800;
    this.labels.replaceChildren(
      ...ticks(this.span, width, this.locale)
        .filter((tick) => (tick.at - start) / (end - start) < 1 - 56 / width)
        .map((tick) => {
          const label = make("span", "");
          label.append(make("bdi", "", tick.label));
          label.style.insetInlineStart = `${((tick.at - start) / (end - start)) * 100}%`;
          return label;
        }),
    );
  }

  /** @param {Span} window */
  show(window) {
    const { start, end } = this.span;
    const at = (instant) => Math.min(100, Math.max(0, ((instant - start) / (end - start)) * 100));
    this.frame.style.insetInlineStart = `${at(window.start)}%`;
    this.frame.style.inlineSize = `max(10px, ${at(window.end) - at(window.start)}%)`;
    this.window = window;
  }

  /** @param {PointerEvent} event @returns {number} */
  at(event) {
    const box = this.element.getBoundingClientRect();
    const along = (event.clientX - box.left) / box.width;
    const share = getComputedStyle(this.element).direction === "rtl" ? 1 - along : along;
    return this.span.start + share * (this.span.end - this.span.start);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (event.button || !this.window || this.overview.first === null) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const edge = event.target instanceof Element ? event.target.className : "";
    let { start, end } = this.window;
    let last = this.window;
    const ask = (/** @type {Span} */ window) => this.moved((last = window), false);
    const from = this.at(event);
    // A press beside the window brings it there.
    if (!this.frame.contains(/** @type {Node} */ (event.target))) {
      const half = (end - start) / 2;
      [start, end] = [from - half, from + half];
      ask({ start, end });
    }
    const least = Math.min(1 / 24, (end - start) / 20);
    const move = (/** @type {PointerEvent} */ to) => {
      const by = this.at(to) - from;
      if (edge === "strip-start") ask({ start: Math.min(start + by, end - least), end });
      else if (edge === "strip-end") ask({ start, end: Math.max(end + by, start + least) });
      else ask({ start: start + by, end: end + by });
    };
    const stop = () => {
      this.element.removeEventListener("pointermove", move);
      this.moved(last, true);
    };
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("lostpointercapture", stop, { once: true });
  }
}
