// @ts-check
// Where everything stands in the drawing: lanes from top to bottom, happenings in rows so that no two touch, and counted
// columns for what does not fit. Owns that order and nothing else: no element, no request. Distances are pixels from the
// beginning of the line, which is on the right in a right-to-left page.

/** Heights, and below widths, at a font size of 16 pixels; all grow with the reader's own. */
const ROW = 28;
export const CHIPS = 40;
const HEADER = 24;
/** A counted column takes this much of the width, a point this much, and between two labels so much is left free. */
const COLUMN = 56;
const POINT = 12;
const GAP = 10;
const LONGEST_LABEL = 320;
/** A bar as wide as this has its label inside, cut if need be. */
const ROOMY = 220;
/** What stands for a side that is not known. */
const TAIL = 44;

/** When a happening begins and ends in the drawing, as instants; an open end is infinite. What has no known start, or has
 * ended at an unknown time, stands where its date is known. @param {Item} item @returns {[number, number]} */
export function span({ a, b, how, end, u = 1 }) {
  const first = a ?? (b === undefined ? Infinity : b + 1 - u);
  if (how === "time") return [first, first];
  return [first, b !== undefined ? b + 1 : how === "through" && end === "open" ? Infinity : first + u];
}

/**
 * @param {View} data @param {Span} window @param {number} width
 * @param {{rows: number, unit: number, focus?: string, measure: (text: string) => number}} room how many rows a lane may have, how many times
 * 16 pixels the font is, which happening is sure of its place, and how wide a label is
 * @returns {{lanes: {top: number, height: number}[], boxes: Box[], chips: Chip[], height: number}}
 */
export function layout(data, window, width, { rows, unit, focus, measure }) {
  const scale = width / (window.end - window.start);
  const px = (instant) => (instant - window.start) * scale;
  /** @type {Box[]} */
  const boxes = [];
  /** @type {Chip[]} */
  const chips = [];
  /** @type {{top: number, height: number}[]} */
  const lanes = [];
  const inWindow = data.items.filter((item) => touches(item, window));
  let top = 0;
  data.lanes.forEach((_, lane) => {
    const candidates = inWindow.filter((item) => item.lanes.includes(lane)).map((item) => box(item, lane, px, width, unit, measure));
    const rest = place(candidates, rows, width, GAP * unit, focus);
    const placed = candidates.filter((candidate) => candidate.row >= 0);
    boxes.push(...placed);
    const counted = data.clusters.filter((cluster) => cluster[0] === lane && reaches(cluster, window, data));
    const gathered = columns(lane, rest, counted, px, width, window, COLUMN * unit);
    chips.push(...gathered);
    // A single lane keeps its height, so that nothing below it jumps while one moves.
    const many = data.lanes.length > 1;
    const used = many ? Math.max(1, ...placed.map((p) => p.row + 1)) : rows;
    const header = many ? HEADER * unit : 0;
    const height = header + (used * ROW + (gathered.length || !many ? CHIPS : 0) + 8) * unit;
    for (const one of placed) one.top = header + one.row * ROW * unit;
    lanes.push({ top, height });
    top += height;
  });
  return { lanes, boxes, chips, height: top };
}

/** Whether a count is of what stands in a window; what began before all of the data goes on. @param {Cluster} cluster @param {Span} window @param {View} data */
export const reaches = ([, first, last], { start, end }, data) => first < end && (last + 1 > start || last <= data.first);

/** @param {Item} item @param {Span} window */
export function touches(item, window) {
  const [from, to] = span(item);
  return from <= window.end && to >= window.start;
}

/** @param {Item} item @param {number} lane @param {(i: number) => number} px @param {number} width @param {number} unit @param {(t: string) => number} measure @returns {Box} */
function box(item, lane, px, width, unit, measure) {
  const [dot, tail] = [POINT * unit, TAIL * unit];
  let [from, to] = span(item).map(px);
  const point = to - from < dot;
  if (point) {
    const middle = (from + to) / 2;
    [from, to] = [middle - dot / 2, middle + dot / 2];
  }
  const [left, right] = [Math.max(0, from), Math.min(width, to)];
  // A fading tail stands for the side that is not known.
  const before = left - (item.a === undefined ? tail : 0);
  const after = right + (item.b === undefined && to !== Infinity ? tail : 0);
  const whole = measure(item.title) + ((item.marks?.length ?? 0) + (item.perhaps ?? 0) + (item.about ?? 0)) * dot;
  const inside = !point && right - left - 16 >= Math.min(whole, ROOMY * unit);
  const label = Math.min(whole, inside ? right - left - 16 : Math.min(LONGEST_LABEL * unit, width * 0.6));
  const flip = !inside && after + label > width && before - label >= 0;
  const start = inside || !flip ? before : before - label;
  const end = inside || flip ? after : after + label;
  return { item, lane, row: -1, top: 0, from, to, left: start, right: end, point, out: !inside, flip, label };
}

/**
 * Give each box the first row where it is free: a few of those that last long, so that others can stand below them, then the
 * weightiest, and what else lasts long where a row is left. Return what finds none.
 * @param {Box[]} boxes @param {number} rows @param {number} width @param {number} gap @param {string} [focus] @returns {Box[]}
 */
function place(boxes, rows, width, gap, focus) {
  const weighed = [...boxes].sort(
    (one, other) => (other.item.weight ?? 0) - (one.item.weight ?? 0) || one.from - other.from || (one.item.id < other.item.id ? -1 : 1),
  );
  const long = weighed.filter((one) => Math.min(width, one.to) - Math.max(0, one.from) > width / 2);
  const first = long.slice(0, Math.ceil(rows / 3));
  const order = [...first, ...weighed.filter((one) => !long.includes(one)), ...long.slice(first.length)];
  order.sort((one, other) => Number(other.item.id === focus) - Number(one.item.id === focus));
  /** @type {Box[][]} */
  const taken = Array.from({ length: rows }, () => []);
  /** @type {Box[]} */
  const rest = [];
  for (const candidate of order) {
    const row = taken.findIndex((others) => others.every((o) => candidate.right + gap <= o.left || candidate.left >= o.right + gap));
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
 * @param {number} lane @param {Box[]} rest @param {Cluster[]} counted @param {(i: number) => number} px @param {number} width @param {Span} window @param {number} least
 * @returns {Chip[]}
 */
function columns(lane, rest, counted, px, width, window, least) {
  const many = Math.max(1, Math.floor(width / least));
  /** @type {Map<number, Chip>} */
  const found = new Map();
  const add = (at, count, start, end) => {
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
