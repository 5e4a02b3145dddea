// The axis: its span, the breaks where nothing happened for long, and what is shown at first, by the server's rule. Owns that rule.

const EMPTY = 0.3, SQUEEZED = [[0.12, 2], [0.3, 5]], BREAKS = 3, BREAK = 26, YEAR = 365.2425;
const ROOM = 0.03, ROOM_WITHIN_A_DAY = 0.06, SOME = 7e-4, MANY = 60, SPARSE = 0.5;

/** @typedef {[number, number, number]} Run a time in which happenings follow each other: its start, its end, and how many there are */

class Fitted {
  /** @param {number | null} first @param {number | null} last @param {[number, number, number, number][]} [parts] @param {Span | null} [opening] */
  constructor(first, last, parts = [], opening = null) {
    Object.assign(this, { first, last, parts, opening });
  }

  /** @param {boolean} broken @returns {Span | null} */
  window(broken) {
    const { first, last, parts } = /** @type {any} */ (this);
    if (first === null) return null;
    if (parts.length && broken) return { start: parts[0][0], end: parts[parts.length - 1][1] };
    const length = last + 1 - first, room = length < 1 ? length * ROOM_WITHIN_A_DAY + SOME : Math.max(1, length * ROOM);
    return { start: first - room, end: last + 1 + room };
  }

  /** @param {number} stretches @param {boolean} broken @returns {Period[]} */
  periods(stretches, broken) {
    const { first, last, parts } = /** @type {any} */ (this);
    if (first === null) return [];
    if (!parts.length || !broken) return [{ first, last, stretches }];
    const shares = parts.reduce((/** @type {number} */ sum, /** @type {number[]} */ [, , left, right]) => sum + right - left, 0);
    return parts.map(([start, end, left, right]) => ({
      first: Math.max(start, first), last: Math.min(end - 1, last), stretches: Math.max(1, rounded((stretches * (right - left)) / shares)),
    }));
  }
}

/** The axis of the matches, and of what there is now without most filters. @param {Matches} matches @returns {Fitted} */
function axisOf(matches) {
  const { state } = matches;
  const isMore = matches.filtered.some((name) => name !== "from" && name !== "to") || state.as_of !== null;
  const behind = isMore ? [matches.without((name) => name === "from" || name === "to", { as_of: null })] : [];
  /** @type {Run[]} */
  let runs = [];
  for (const one of [...behind, matches]) runs = [...runs, ...beyond(runs, runsOf(one))];
  if (!runs.length) return new Fitted(null, null);
  const since = state.from?.first ?? -FAR, until = state.to?.last ?? FAR;
  const inside = runs.filter(([first, last]) => first <= until && last > since).map(([first, last, many]) => /** @type {Run} */ ([Math.max(first, since), Math.min(last, until + 1), many]));
  const near = runs.filter(([first, last]) => (first > until || last <= since) && Math.max(first - until, since - last) <= Math.max(until - since, last - first));
  if (inside.length || near.length) runs = [...inside, ...near];
  const pieces = fit(runs);
  const first = Math.min(...runs.map((run) => run[0])), last = Math.max(...runs.map((run) => run[1])) - 1;
  if (pieces.length < 2) return new Fitted(first, last, [], openingOf(runs, first, last));
  return new Fitted(first, last, pieces.map((one) => [one.first, one.last, one.left / 1000, one.right / 1000]));
}

/** @param {Matches} matches @returns {Run[]} */
function runsOf({ rows, all }) {
  return all.flatMap((row) => {
    const span = rows.span(row), { c } = rows.shape(row);
    if (!span) return [];
    const end = shownEnd(...span);
    return [/** @type {Run} */ ([span[0], span[1] === Infinity && c !== undefined ? Math.max(end, c + 1) : end, 1])];
  });
}

/** @param {Run[]} known @param {Run[]} runs @returns {Run[]} */
function beyond(known, runs) {
  const merged = merge(known), begins = merged.map(([first]) => first);
  return runs.filter(([first, last]) => {
    const at = bisect(begins, first);
    return !(at && last <= merged[at - 1][1]);
  });
}

/** @param {Run[]} runs @returns {Run[]} */
function merge(runs) {
  /** @type {Run[]} */
  const merged = [];
  for (const [first, last, many] of [...runs].sort(compareKeys)) {
    const before = merged[merged.length - 1];
    if (before && first <= before[1]) {
      before[1] = Math.max(before[1], last);
      before[2] += many;
    } else merged.push([first, last, many]);
  }
  return merged;
}

/** @param {Run[]} stretches */
function fit(stretches) {
  if (!stretches.length) return [];
  const joined = broken(merge(stretches)).map((part) => /** @type {Run} */ ([part[0][0], part[part.length - 1][1], part.reduce((sum, run) => sum + run[2], 0)]));
  const room = 1000 - BREAK * (joined.length - 1), weights = joined.map(([, , many]) => Math.sqrt(many));
  const total = weights.reduce((sum, one) => sum + one, 0), shares = weights.map((weight) => Math.max(weight / total, 0.22));
  const all = shares.reduce((sum, one) => sum + one, 0);
  /** @type {{first: number, last: number, left: number, right: number}[]} */
  const pieces = [];
  joined.forEach(([first, last], number) => {
    const width = (room * shares[number]) / all;
    let least = first === last ? 1.5 : 0;
    if (first === last && first - Math.floor(first) !== 0.5) least = 1 / 24;
    else if (last - first < 1 / 24) least = A_MINUTE;
    if (Math.max(Math.abs(first), Math.abs(last)) > 10000 * YEAR && last - first < 1000 * YEAR) least = Math.abs(first) * 0.02;
    const edge = (last - first) * 0.03 + least, begin = pieces.length ? pieces[pieces.length - 1].right + BREAK : 0;
    pieces.push({ first: first - edge, last: last + edge, left: begin, right: begin + width });
  });
  return pieces;
}

/** Break at wide gaps that would squeeze what is on one side of them. @param {Run[]} runs @returns {Run[][]} */
function broken(runs) {
  const parts = [runs];
  while (parts.length <= BREAKS) {
    /** @type {number[][]} */
    const gaps = [];
    parts.forEach((part, number) => {
      const begin = part[0][0], end = part[part.length - 1][1], count = part.reduce((sum, run) => sum + run[2], 0);
      let before = 0;
      for (let at = 1; at < part.length; at += 1) {
        const last = part[at - 1][1], following = part[at][0];
        before += part[at - 1][2];
        if (following - last <= (end - begin) * EMPTY) continue;
        const sides = [[last - begin, before], [end - following, count - before]];
        const squeezed = sides.some(([length, many]) => SQUEEZED.some(([share, least]) => length > 0 && length < (end - begin) * share && many >= least));
        if (squeezed) gaps.push([following - last, number, at]);
      }
    });
    if (!gaps.length) break;
    const [, number, at] = gaps.sort(compareKeys)[gaps.length - 1];
    parts.splice(number, 1, parts[number].slice(0, at), parts[number].slice(at));
  }
  return parts;
}

/** The time in which most happenings are, if before or after it there are hardly any for long. @param {Run[]} runs @param {number} first @param {number} last @returns {Span | null} */
function openingOf(runs, first, last) {
  const total = runs.reduce((sum, run) => sum + run[2], 0), length = last + 1 - first;
  if (total < MANY) return null;
  let before = 0, until = [0, first], from = [0, last + 1];
  for (const [begin, , many] of [...runs].sort(compareKeys)) {
    const after = [(begin - first) / length - before / total, begin];
    if (compareKeys(after, until) > 0) until = after;
    before += many;
    const earlier = [before / total - (begin - first) / length, begin];
    if (compareKeys(earlier, from) > 0) from = earlier;
  }
  let start = until[0] > SPARSE ? until[1] : first, end = from[0] > SPARSE ? from[1] : last + 1;
  if (!(first < start && start < end) && !(start < end && end <= last)) return null;
  const years = end - start > 3652 ? 10 ** Math.floor(Math.log10(Math.max(end - start, 1) / 1000)) : 0;
  if (years) {
    start = start > first ? dayNumber(Math.floor(civil(Math.floor(start))[0] / years) * years, 1) : start;
    end = end <= last ? dayNumber(Math.ceil(civil(Math.ceil(end))[0] / years) * years, 1) : end;
  }
  const room = (end - start) * ROOM;
  return { start: start > first ? start : start - room, end: end <= last ? end : end + room };
}
