// @ts-check
// The scale of the drawing: from an instant to its place along the axis, and back. A broken axis has parts, each with a scale of
// its own, and short stretches between them where nothing happened. Owns that reckoning. A place is a day where the axis is whole,
// else a share of its length.

export class Scale {
  /** @param {[number, number, number, number][]} [parts] start, end, left, right; none of an axis that is whole */
  constructor(parts = []) {
    this.parts = parts;
    this.instants = parts.flatMap(([start, end]) => [start, end]);
    this.places = parts.flatMap(([, , left, right]) => [left, right]);
  }

  /** @param {number} instant */
  at(instant) {
    return along(this.instants, this.places, instant);
  }

  /** @param {number} place */
  when(place) {
    return along(this.places, this.instants, place);
  }

  /** Give where each instant is in a window, in pixels. @param {Span} window @param {number} width */
  pixels({ start, end }, width) {
    const first = this.at(start);
    const scale = width / (this.at(end) - first);
    return (/** @type {number} */ instant) => (this.at(instant) - first) * scale;
  }

  /** Give the window between two places. @param {number} first @param {number} last @returns {Span} */
  between(first, last) {
    return { start: this.when(first), end: this.when(last) };
  }

  /** Say how long a window is, in places. @param {Span} window */
  length({ start, end }) {
    return this.at(end) - this.at(start);
  }

  /** Give what of the parts is in a window; the first and the last go on for ever. @param {Span} window @returns {Span[]} */
  slices(window) {
    const last = this.parts.length - 1;
    const found = this.parts
      .map(([start, end], number) => ({
        start: Math.max(window.start, number ? start : -Infinity),
        end: Math.min(window.end, number < last ? end : Infinity),
      }))
      .filter(({ start, end }) => start < end);
    return found.length ? found : [window];
  }

  /** Give the stretches that are cut short and of which a window has an end at least. @param {Span} window @returns {Span[]} */
  breaks({ start, end }) {
    return this.parts
      .slice(1)
      .map(([next], number) => ({ start: this.parts[number][1], end: next }))
      .filter((gap) => gap.start < end && gap.end > start && (gap.start > start || gap.end < end));
  }

  /** Write the parts of a window for the server. @param {Span} window @param {number} width */
  written(window, width) {
    const px = this.pixels(window, width);
    const slices = this.slices(window);
    return slices.length < 2 ? "" : slices.map(({ start, end }) => [start, end, Math.max(1, px(end) - px(start))].join()).join(";");
  }
}

/** @param {number[]} from @param {number[]} to @param {number} x */
function along(from, to, x) {
  if (!from.length) return x;
  let n = 1;
  while (n < from.length - 1 && x > from[n]) n += 1;
  return to[n - 1] + ((x - from[n - 1]) * (to[n] - to[n - 1])) / (from[n] - from[n - 1] || 1);
}
