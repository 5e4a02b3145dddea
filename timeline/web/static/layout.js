// @ts-check
// Where everything is in the drawing: lanes from top to bottom, happenings in rows so that no two touch, and counted columns for
// what does not fit. Owns that order, which happenings have a label, and that both stay as they are while one moves along: no
// element, no request. Distances are pixels from the beginning of the line, which is on the right in a right-to-left page.

/** Heights, and below widths, at a font size of 16 pixels; all grow with the reader's own. */
export const ROW = 24;
export const CHIPS = 40;
const HEADER = 24;
/** A counted column takes at least this much of the width, a point this much, and between two labels so much is left free. */
const COLUMN = 44;
const POINT = 12;
const GAP = 10;
/** The line from a mark to the label beside it: 1em. */
const LINE = 14;
/** Ways to write labels, of which the first is taken in which all have room: in so many lines, of so many pixels at most and, where an
 * edge is near, at least; in so much of the rows. */
const WAYS = [
  { lines: 2, most: 480, least: 320, rows: 0.8 },
  { lines: 1, most: 800, least: 400, rows: 1 },
  { lines: 1, most: 400, least: 160, rows: 1 },
];
/** A bar as wide as this has its label inside. */
const ROOMY = 180;
/** The room between an end of a bar and the label inside it. */
const INSIDE = 8;
/** Where an edge leaves less than so much of a label that was there already, it is written on the other side if that is free. */
const STUB = 48;
/** The sign for a side that is not known. */
const TAIL = 44;
/** Labels are dealt out among so many stretches of the width, in turn. */
const TURNS = { width: 60, least: 6, most: 24 };
/** A lane has at least so many rows, if there are so many; several lanes have so many together, and a little more. */
const LEAST_ROWS = 4;
const ROWS_OF_LANES = 60;

/** When a happening begins and ends in the drawing, as instants; an open end is infinite. What has no known start, or has
 * ended at an unknown time, is drawn where its date is known. @param {Item} item @returns {[number, number]} */
export function span({ a, b, how, end, u = 1 }) {
  const first = a ?? (b === undefined ? Infinity : b + 1 - u);
  if (how === "time") return [first, first];
  return [first, b !== undefined ? b + 1 : how === "through" && end === "open" ? Infinity : first + u];
}

/** What is kept while one moves along at one scale: rows and labels by lane and id. @returns {Memory} */
export const memory = () => ({ places: new Map(), rows: [], chips: [], ways: [] });

/**
 * @param {View} data @param {Span} window @param {number} width
 * @param {{rows: number, unit: number, focus?: string, measure: (text: string) => number, px?: (instant: number) => number, kept?: Memory}} room
 * how many rows a lane may have, how many times 16 pixels the font is, which happening is sure
 * of its place, how wide a label is, where an instant is, and what is to be as it was
 * @returns {{lanes: {top: number, height: number}[], boxes: Box[], chips: Chip[], height: number}}
 */
export function layout(data, window, width, { rows, unit, focus, measure, px, kept = memory() }) {
  const scale = width / (window.end - window.start);
  const at = px ?? ((instant) => (instant - window.start) * scale);
  /** @type {Box[]} */
  const boxes = [];
  /** @type {Chip[]} */
  const chips = [];
  /** @type {{top: number, height: number}[]} */
  const lanes = [];
  const inWindow = data.items.filter((item) => touches(item, window));
  const alone = data.lanes.length < 2;
  const every = Math.max(1, inWindow.reduce((sum, item) => sum + item.lanes.length, 0));
  // Of several lanes each has as much room as it has happenings, and some at least.
  const room = (/** @type {number} */ many, /** @type {number} */ lane) =>
    alone ? rows : Math.min(rows, Math.max(LEAST_ROWS, Math.min(many, Math.floor((ROWS_OF_LANES * many) / every)), kept.rows[lane] ?? 0));
  let top = 0;
  data.lanes.forEach((_, lane) => {
    const candidates = inWindow.filter((item) => item.lanes.includes(lane)).map((item) => box(item, lane, at, width, unit, measure));
    const rest = intoRows(candidates, room(candidates.length, lane), width, unit, focus, kept);
    const placed = candidates.filter((candidate) => candidate.row >= 0);
    boxes.push(...placed);
    const counted = data.clusters.filter((cluster) => cluster[0] === lane && reaches(cluster, window, data));
    const gathered = columns(lane, rest, counted, at, width, COLUMN * unit);
    chips.push(...gathered);
    // A lane keeps the height that it once needed, so that nothing below it jumps while one moves.
    const used = Math.max(alone ? Math.min(LEAST_ROWS, rows) : 1, kept.rows[lane] ?? 0, ...placed.map((p) => p.row + p.lines));
    kept.rows[lane] = used;
    kept.chips[lane] ||= gathered.length > 0;
    const header = alone ? 0 : HEADER * unit;
    const height = header + (used * ROW + (kept.chips[lane] ? CHIPS : 0) + 8) * unit;
    for (const one of placed) one.top = header + one.row * ROW * unit;
    lanes.push({ top, height });
    top += height;
  });
  return { lanes, boxes, chips, height: top };
}

/** Whether a count is of what is in a window; what began before all of the data goes on. @param {Cluster} cluster @param {Span} window @param {View} data */
export const reaches = ([, first, last], { start, end }, data) => first < end && (last + 1 > start || last <= data.first);

/** Whether a count may be of what begins at an instant. @param {Cluster} cluster @param {number} from @param {View} data */
export const counts = ([, first, last], from, data) => (from < data.first ? last <= data.first : from >= first && from < last + 1);

/** Whether a happening is in a window, the end of which is no part of it. @param {Item} item @param {Span} window */
export function touches(item, { start, end }) {
  const [from, to] = span(item);
  return from < end && (to > start || from >= start);
}

/**
 * @param {Item} item @param {number} lane @param {(i: number) => number} px @param {number} width @param {number} unit
 * @param {(t: string) => number} measure @returns {Box}
 */
function box(item, lane, px, width, unit, measure) {
  const [dot, tail] = [POINT * unit, TAIL * unit];
  let [from, to] = span(item).map(px);
  const point = to - from < dot;
  if (point) {
    const middle = (from + to) / 2;
    [from, to] = [middle - dot / 2, middle + dot / 2];
  }
  const [left, right] = [Math.max(0, from), Math.min(width, to)];
  // A fading tail is the sign for the side that is not known.
  const before = left - (item.a === undefined ? tail : 0);
  const after = right + (item.b === undefined && to !== Infinity ? tail : 0);
  const whole = measure(item.title) + ((item.marks?.length ?? 0) + (item.perhaps ?? 0) + (item.about ?? 0)) * dot;
  const [line, inset] = [LINE * unit, INSIDE * unit];
  const ways = (/** @type {number} */ way, /** @type {Place | undefined} */ was) => {
    const most = Math.min(WAYS[way].most * unit, width * 0.6);
    const lines = whole <= most ? 1 : WAYS[way].lines;
    // Words do not break where half of the width is.
    const longest = lines === 1 ? Math.min(whole, most) : Math.min(most, whole / 2 + 40 * unit);
    const least = Math.min(longest, WAYS[way].least * unit);
    /** @type {Option[]} */
    const found = [];
    // What had a label keeps it, and the room for it, for as long as its mark is there. What once was short stays so. Of one that
    // an edge leaves only a stub of, the other side is better.
    const put = (/** @type {Option["side"]} */ side, /** @type {number} */ lines, /** @type {number} */ wanted, /** @type {number} */ least, /** @type {number} */ room) => {
      const same = was?.side === side ? was : null;
      const full = same?.full ?? Math.min(wanted, room);
      const label = Math.max(same ? 1 : 0, Math.min(full, room));
      if (!same && label < least) return;
      const isStub = label < Math.min(full, STUB * unit);
      found.push({ side, lines: same?.lines ?? lines, label, full, isStub, pull: Math.max(0, label - room), left: side === "left" ? before - line - full : before, right: side === "right" ? after + line + full : after });
    };
    const room = right - inset - left - inset;
    if (was?.side === "inside" || (!point && (whole <= room || room >= ROOMY * unit))) put("inside", whole <= room ? 1 : WAYS[way].lines, whole, 0, room);
    if (after >= 0 && (to <= width || was?.side === "right")) put("right", lines, longest, least, width - after - line);
    if (before <= width) put("left", lines, longest, least, before - line);
    return found;
  };
  const bare = /** @type {Option} */ ({ side: "none", lines: 1, label: 0, full: 0, isStub: false, pull: 0, left: before, right: after });
  return { item, lane, row: -1, top: 0, from, to, point, ways, options: [], bare, ...bare };
}

/**
 * Give each box a row in which it is free, and a label where there is room for one: first what is there already, then what is new,
 * in turn from each stretch of the width the weightiest. Return what finds no row.
 * @param {Box[]} boxes @param {number} rows @param {number} width @param {number} unit @param {string | undefined} focus
 * @param {Memory} memory @returns {Box[]}
 */
function intoRows(boxes, rows, width, unit, focus, memory) {
  if (!boxes.length) return [];
  const [gap, kept, of] = [GAP * unit, memory.places, boxes[0].lane];
  const name = (/** @type {Box} */ { lane, item }) => `${lane} ${item.id}`;
  /** @type {Box[][]} */
  let taken = Array.from({ length: rows }, () => []);
  const isFree = (/** @type {Box} */ own, /** @type {number} */ row, /** @type {Option} */ { lines, left, right }) => {
    for (let n = row; n < row + lines; n += 1) {
      if (!taken[n]?.every((other) => other === own || right + gap <= other.left || left >= other.right + gap)) return false;
    }
    return true;
  };
  const put = (/** @type {Box} */ box, /** @type {number} */ row, /** @type {Option} */ option) => {
    for (const others of taken) if (others.includes(box)) others.splice(others.indexOf(box), 1);
    Object.assign(box, option, { row });
    for (let n = row; n < row + option.lines; n += 1) taken[n].push(box);
  };
  const firstRow = (/** @type {Box} */ box, /** @type {Option} */ option) => taken.findIndex((_, row) => isFree(box, row, option));
  const isPut = (/** @type {Box} */ box, /** @type {Option[]} */ options) =>
    options.some((option) => {
      const row = firstRow(box, option);
      if (row >= 0) put(box, row, option);
      return row >= 0;
    });

  // What is there already has its row, and its label where that is still in view.
  const known = boxes.filter((box) => kept.get(name(box))?.away === false);
  const write = (/** @type {number} */ way) => {
    memory.ways[of] = way;
    for (const box of boxes) box.options = box.ways(way, known.includes(box) ? kept.get(name(box)) : undefined);
  };
  write(memory.ways[of] ?? 0);
  const same = (/** @type {Box} */ box) => box.options.find((option) => option.side === kept.get(name(box))?.side) ?? box.bare;
  for (const box of known) {
    const { row, side } = /** @type {Place} */ (kept.get(name(box)));
    const option = same(box);
    if (side === option.side && isFree(box, row, option)) put(box, row, option);
  }
  for (const box of known) {
    const { row } = /** @type {Place} */ (kept.get(name(box)));
    if (box.row < 0 && isFree(box, row, box.bare)) put(box, row, box.bare);
  }
  // A label that an edge cuts off is written on the other side, and again when there is room.
  for (const box of known) {
    const before = /** @type {Place} */ (kept.get(name(box)));
    if (box.row < 0 || !(box.isStub || (box.side === "none" && (before.side !== "none" || before.cut)))) continue;
    const option = box.options.find((one) => !one.isStub && isFree(box, box.row, one));
    if (option) put(box, box.row, option);
  }

  // What comes back has its row, if that is free.
  if (known.length) {
    for (const box of boxes) {
      const { row, side } = kept.get(name(box)) ?? {};
      const option = box.options.find((one) => one.side === side);
      if (box.row < 0 && option && isFree(box, row, option)) put(box, row, option);
    }
  }
  const fresh = ranked(boxes.filter((box) => box.row < 0), width, focus);
  const deal = () => fresh.forEach((box) => isPut(box, box.options));
  if (known.length) deal();
  else {
    for (let way = 0; way < WAYS.length; way += 1) {
      taken = Array.from({ length: Math.min(rows, Math.max(2, Math.floor(rows * WAYS[way].rows))) }, () => []);
      for (const box of fresh) Object.assign(box, box.bare, { row: -1 });
      write(way);
      deal();
      if (fresh.every((box) => box.row >= 0)) break;
    }
    inOrder();
    while (taken.length < rows) taken.push([]);
  }
  for (const place of kept.values()) if (place.lane === of) place.away = true;
  const rest = fresh.filter((box) => box.row < 0 && !isPut(box, [box.bare]));
  for (const box of boxes) {
    if (box.row < 0) continue;
    const { row, side, lines, full } = box;
    const before = kept.get(name(box));
    // What has no label because of an edge has one later.
    const cut = side === "none" && (before ? before.cut || before.side !== "none" : !box.options.length);
    kept.set(name(box), { row, side, lines, full, cut, lane: of, away: false });
  }
  return rest;

  /** Put the labels that were dealt out into the order of time, which takes no more rows; as they were where it does. */
  function inOrder() {
    const labelled = fresh.filter((box) => box.row >= 0);
    const before = { taken, rows: labelled.map((box) => box.row) };
    taken = taken.map(() => []);
    const later = (/** @type {Box} */ one, /** @type {Box} */ other) =>
      one.from - other.from || other.to - one.to || (other.item.weight ?? 0) - (one.item.weight ?? 0) || compare(one, other);
    // By where labels begin they take the fewest rows.
    for (const order of [later, (/** @type {Box} */ one, /** @type {Box} */ other) => one.left - other.left || later(one, other)]) {
      for (const row of taken) row.length = 0;
      if ([...labelled].sort(order).every((box) => isPut(box, [{ ...box }]))) return;
    }
    taken = before.taken;
    labelled.forEach((box, number) => (box.row = before.rows[number]));
  }
}

/** In the order of time. @param {Placeable} one @param {Placeable} other */
const compare = (one, other) => one.from - other.from || (one.item.id < other.item.id ? -1 : 1);

/** Turn a number into one that is far from its neighbours', as the digits of a ruler's marks are: halves before quarters. @param {number} n */
function scattered(n) {
  let turned = 0;
  for (let bit = 1; bit < 4096; bit *= 2) turned = turned * 2 + (n & bit ? 1 : 0);
  return turned;
}

/**
 * Order happenings by who is to have a label: in turn from each stretch of the width the weightiest, and of those that weigh the
 * same now one, now another far from it.
 * @template {Placeable} T @param {T[]} boxes @param {number} width @param {string} [focus] @returns {T[]}
 */
export function ranked(boxes, width, focus) {
  const turns = Math.min(TURNS.most, Math.max(TURNS.least, Math.round(width / TURNS.width)));
  /** @type {Map<number, number>} */
  const seen = new Map();
  const inTime = [...boxes].sort(compare);
  const scatter = new Map(inTime.map((box, number) => [box, scattered((number + (boxes.length >> 1)) % boxes.length)]));
  const weight = (/** @type {T} */ one, /** @type {T} */ other) => (other.item.weight ?? 0) - (one.item.weight ?? 0) || scatter.get(one) - scatter.get(other);
  const turn = new Map();
  for (const box of inTime.sort(weight)) {
    const stretch = Math.floor((Math.max(0, box.from) / width) * turns);
    turn.set(box, box.item.id === focus ? -1 : (seen.get(stretch) ?? 0));
    seen.set(stretch, (seen.get(stretch) ?? 0) + 1);
  }
  return inTime.sort((one, other) => turn.get(one) - turn.get(other) || weight(one, other));
}

/**
 * Gather what is left into columns, each from the first to the last day on which any of it begins; what has no room beside
 * another joins it, and a count of one its neighbour.
 * @param {number} lane @param {Box[]} rest @param {Cluster[]} counted @param {(i: number) => number} px @param {number} width @param {number} least
 * @returns {Chip[]}
 */
function columns(lane, rest, counted, px, width, least) {
  const alone = rest.map(({ item }) => /** @type {Cluster} */ ([lane, span(item)[0], lastOf(item), 1]));
  /** @type {Chip[]} */
  const chips = [];
  const within = (/** @type {number} */ at) => Math.min(Math.max(at, 0), width);
  const put = (/** @type {Chip} */ chip) => {
    [chip.from, chip.to] = [chip.start, chip.end].map((instant) => within(px(instant)));
    chip.at = Math.max(0, Math.min(chip.from, width - least));
    chip.width = Math.min(Math.max(chip.to, chip.at + least), width) - chip.at;
  };
  const join = (/** @type {Chip} */ chip, /** @type {Chip} */ other) => {
    chip.count += other.count;
    chip.start = Math.min(chip.start, other.start);
    chip.end = Math.max(chip.end, other.end);
    put(chip);
  };
  for (const [, start, last, count] of [...alone, ...counted].sort((one, other) => one[1] - other[1] || one[2] - other[2])) {
    const chip = { lane, at: 0, width: 0, from: 0, to: 0, count, start, end: last + 1 };
    put(chip);
    const before = chips[chips.length - 1];
    if (before && chip.at < before.at + before.width) join(before, chip);
    else chips.push(chip);
  }
  for (let n = 0; n < chips.length; n += 1) {
    const [before, chip, after] = [chips[n - 1], chips[n], chips[n + 1]];
    // The last may have been moved from the edge.
    const touches = before && chip.at < before.at + before.width;
    if (!touches && (chip.count > 1 || (!before && !after))) continue;
    join(!after || touches || (before && chip.start - before.end < after.start - chip.end) ? before : after, chip);
    chips.splice(n, 1);
    n = Math.max(-1, n - 2);
  }
  return chips;
}

/** The last day, or minute, on which a happening begins, as counts have it. @param {Item} item */
const lastOf = (item) => span(item)[0] - 1 + (span(item)[0] % 1 ? 1 / 1440 : 1);
