// @ts-check
// The overview: a strip over the whole span that shows how many happenings fall where, and a window on it, which is the
// view. Owns the strip's drawing and its dragging. For those who see and point: by keyboard the view itself is moved.

import { axis, fill } from "./marks.js";
import { on } from "./page.js";

/** That of the picture, which is in the page. */
const HEIGHT = 44;
/** How wide an edge of the window is, in pixels. */
const EDGE = 12;

export class Strip {
  /** @param {HTMLElement} element @param {(window: Span, done: boolean) => void} moved */
  constructor(element, moved) {
    this.element = element;
    this.moved = moved;
    const [picture, frame, labels] = /** @type {any} */ (element.children);
    [this.others, this.path] = picture.children;
    [this.frame, this.labels] = [frame, labels];
    on(element, "pointerdown", (event) => this.drag(event));
  }

  /** Take over what it is over; `wide`: for how wide a strip its labels are. @param {Overview} overview @param {Span} span that of the drawing @param {import("./scale.js").Scale} scale @param {(text: string) => number} measure */
  set(overview, span, scale, measure) {
    Object.assign(this, { overview, span, scale, measure, wide: 0 });
    const others = overview.others ?? [];
    const most = Math.max(1, ...[...overview.bars, ...others].map((bar) => bar[2]));
    const x = scale.pixels(span, 1000);
    const outline = (/** @type {Overview["bars"]} */ bars) =>
      bars
        .map(([first, last, count]) => {
          const height = 3 + Math.sqrt(count / most) * (HEIGHT - 5);
          const width = Math.max(1.5, x(last + 1) - x(first));
          return `M${x(first).toFixed(2)} ${HEIGHT}v-${height.toFixed(1)}h${width.toFixed(2)}v${height.toFixed(1)}z`;
        })
        .join("");
    this.path.setAttribute("d", outline(overview.bars));
    this.others.setAttribute("d", outline(others));
  }

  /** @param {Span} window @param {number} width of the strip, in pixels */
  show(window, width) {
    if (width !== this.wide) fill(this.labels, axis(this.scale, this.span, (this.wide = width), this.measure).words);
    const px = this.scale.pixels(this.span, 100);
    const at = (/** @type {number} */ instant) => Math.min(100, Math.max(0, px(instant)));
    this.frame.style.insetInlineStart = `${at(window.start)}%`;
    this.frame.style.inlineSize = `max(10px, ${at(window.end) - at(window.start)}%)`;
    this.window = window;
  }

  /** Give the place of a pointer along the axis. @param {PointerEvent} event @returns {number} */
  at(event) {
    const box = this.element.getBoundingClientRect();
    const along = (event.clientX - box.left) / box.width;
    const share = getComputedStyle(this.element).direction === "rtl" ? 1 - along : along;
    const first = this.scale.at(this.span.start);
    return first + share * (this.scale.at(this.span.end) - first);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (event.button || !this.window || this.overview.first === null) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    // A narrow window has no edges to be had: it is moved.
    const edge = event.target instanceof Element && this.frame.offsetWidth > 3 * EDGE ? event.target.className : "";
    let [start, end] = [this.scale.at(this.window.start), this.scale.at(this.window.end)];
    let last = this.window;
    const ask = (/** @type {number} */ first, /** @type {number} */ until) => this.moved((last = this.scale.between(first, until)), false);
    const from = this.at(event);
    // A press beside the window brings it there.
    if (!this.frame.contains(/** @type {Node} */ (event.target))) {
      const half = (end - start) / 2;
      [start, end] = [from - half, from + half];
      ask(start, end);
    }
    const least = (end - start) / 20;
    const move = (/** @type {PointerEvent} */ to) => {
      const by = this.at(to) - from;
      if (edge === "strip-start") ask(Math.min(start + by, end - least), end);
      else if (edge === "strip-end") ask(start, Math.max(end + by, start + least));
      else ask(start + by, end + by);
    };
    const stop = () => {
      this.element.removeEventListener("pointermove", move);
      this.moved(last, true);
    };
    on(this.element, "pointermove", move);
    on(this.element, "lostpointercapture", stop, { once: true });
  }
}
