// @ts-check
// Where everything stands in the drawing: lanes from top to bottom, happenings in rows so that no two touch, and counted
// columns for what does not fit. Owns that order and nothing else: no element, no request. Distances are pixels from the
// beginning of the line, which is on the right in a right-to-left page.

/** @typedef {import("./axis.js").Window} Window */
/**
 * @typedef {object} Item a happening as the server gives it; days as in calendar.js
 * @property {string} id @property {string} title @property {number[]} lanes @property {number} [weight] @property {string[]} [marks]
 * @property {number} [a] first day @property {number} [b] last day @property {number} [c] begun by @property {number} [d] not ended before
 * @property {string} [start] @property {string} [end] @property {string} how @property {string} edtf @property {number} [minute]
 * @property {1} [about] @property {1} [perhaps] @property {string} [by] @property {string} [href]
 */
/** @typedef {[number, number, number, number]} Cluster lane, first day, last day, how many */
/** @typedef {{lanes: {value: string | null, label: string}[], items: Item[], clusters: Cluster[], exact: boolean}} Data */
/** @typedef {{item: Item, lane: number, row: number, from: number, to: number, left: number, right: number, point: boolean, flip: boolean, label: number}} Box */
/** @typedef {{lane: number, at: number, width: number, count: number, start: number, end: number}} Chip */
/** @typedef {{top: number, height: number, rows: number, header: number}} Lane */

export const ROW = 28;
export const CHIPS = 40;
export const HEADER = 24;
/** A counted column takes this much of the width, a point this much, and between two labels so much is left free. */
const COLUMN = 56;
const POINT = 12;
const GAP = 10;
export const LONGEST_LABEL = 240;
/** What is not known to have ended is drawn a little beyond its beginning. */
export const STUB = 56;

/** @param {Item} item @returns {[number, number]} when it begins and ends, as instants; without a bound it is infinite */
export function span(item) {
  if (item.minute !== undefined && item.a !== undefined) {
    const at = item.a + item.minute / 1440;
    return [at, at];
  }
  return [item.a ?? -Infinity, item.b === undefined ? Infinity : item.b + 1];
}

/**
 * @param {Data} data @param {Window} window @param {number} width
 * @param {{rows: number, measure: (text: string) => number}} room how many rows a lane may have, and how wide a label is
 * @returns {{lanes: Lane[], boxes: Box[], chips: Chip[], height: number}}
 */
export function layout(data, window, width, { rows, measure }) {
  const scale = width / (window.end - window.start);
  const px = (/** @type {number} */ instant) => (instant - window.start) * scale;
  /** @type {Box[]} */
  const boxes = [];
  /** @type {Chip[]} */
  const chips = [];
  /** @type {Lane[]} */
  const lanes = [];
  const inWindow = data.items.filter((item) => touches(item, window));
  let top = 0;
  data.lanes.forEach((_, lane) => {
    const candidates = inWindow.filter((item) => item.lanes.includes(lane)).map((item) => box(item, lane, px, width, measure));
    const rest = place(candidates, rows);
    const placed = candidates.filter((candidate) => candidate.row >= 0);
    boxes.push(...placed);
    const counted = data.clusters.filter((c) => c[0] === lane && c[1] < window.end && c[2] + 1 > window.start);
    const gathered = columns(lane, rest, counted, px, width, window);
    chips.push(...gathered);
    const used = Math.max(1, ...placed.map((p) => p.row + 1));
    const header = data.lanes.length > 1 ? HEADER : 0;
    const height = header + Math.max(used, data.lanes.length > 1 ? 1 : Math.min(rows, 4)) * ROW + (gathered.length ? CHIPS : 0) + 8;
    lanes.push({ top, height, rows: used, header });
    top += height;
  });
  return { lanes, boxes, chips, height: top };
}

/** @param {Item} item @param {Window} window */
function touches(item, window) {
  const [from, to] = span(item);
  return from <= window.end && to >= window.start;
}

/** @param {Item} item @param {number} lane @param {(i: number) => number} px @param {number} width @param {(t: string) => number} measure @returns {Box} */
function box(item, lane, px, width, measure) {
  const [from, to] = span(item).map(px);
  const shownFrom = from === -Infinity ? (to < STUB ? 0 : item.start === "unknown" ? Math.max(0, to - STUB) : 0) : from;
  const shownTo = to === Infinity ? (item.end === "unknown" ? Math.max(shownFrom, 0) + STUB : width) : to;
  const label = Math.min(LONGEST_LABEL, measure(item.title));
  const point = shownTo - shownFrom < POINT;
  const [left, right] = [Math.max(0, shownFrom), Math.min(width, shownTo)];
  if (point) {
    const at = Math.min(Math.max((shownFrom + shownTo) / 2, 0), width);
    // Where the label would leave the drawing it stands before the point.
    const flip = at + POINT + label > width && at - POINT - label >= 0;
    const [start, end] = flip ? [at - POINT - label, at + POINT / 2] : [at - POINT / 2, at + POINT + label];
    return { item, lane, row: -1, from: at - POINT / 2, to: at + POINT / 2, left: start, right: end, point, flip, label };
  }
  const flip = left + label + 16 > width && right - label - 16 >= 0;
  const [start, end] = flip ? [Math.min(left, right - label - 16), right] : [left, Math.max(right, left + label + 16)];
  return { item, lane, row: -1, from: shownFrom, to: shownTo, left: start, right: end, point, flip, label };
}

/** Give each box the first row where it is free, the weightiest first; return what finds none. @param {Box[]} boxes @param {number} rows @returns {Box[]} */
function place(boxes, rows) {
  const order = [...boxes].sort(
    (one, other) => (other.item.weight ?? 0) - (one.item.weight ?? 0) || one.left - other.left || (one.item.id < other.item.id ? -1 : 1),
  );
  /** @type {Box[][]} */
  const taken = Array.from({ length: rows }, () => []);
  /** @type {Box[]} */
  const rest = [];
  for (const candidate of order) {
    const row = taken.findIndex((others) => others.every((o) => candidate.right + GAP <= o.left || candidate.left >= o.right + GAP));
    if (row < 0) rest.push(candidate);
    else {
      candidate.row = row;
      taken[row].push(candidate);
    }
  }
  return rest;
}

/**
 * Gather what is left into columns side by side, each as wide as a count needs.
 * @param {number} lane @param {Box[]} rest @param {Cluster[]} counted @param {(i: number) => number} px @param {number} width @param {Window} window
 * @returns {Chip[]}
 */
function columns(lane, rest, counted, px, width, window) {
  const many = Math.max(1, Math.floor(width / COLUMN));
  /** @type {Map<number, Chip>} */
  const found = new Map();
  const add = (/** @type {number} */ at, /** @type {number} */ count, /** @type {number} */ start, /** @type {number} */ end) => {
    const number = Math.min(many - 1, Math.max(0, Math.floor((at / width) * many)));
    const chip = found.get(number) ?? { lane, at: (number * width) / many, width: width / many, count: 0, start: Infinity, end: -Infinity };
    chip.count += count;
    chip.start = Math.min(chip.start, start);
    chip.end = Math.max(chip.end, end);
    found.set(number, chip);
  };
  for (const { item, from, to } of rest) {
    const [start, end] = span(item);
    add((Math.max(from, 0) + Math.min(to, width)) / 2, 1, Math.max(start, window.start), Math.min(end, window.end));
  }
  for (const [, first, last, count] of counted) add((px(first) + px(last + 1)) / 2, count, first, last + 1);
  return [...found.values()].sort((one, other) => one.at - other.at);
}
