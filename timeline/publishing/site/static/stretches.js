// Periods of time cut into stretches, and what touches each, as the server cuts and counts them. Owns that reckoning.

const A_MINUTE = 1 / MINUTES;

/** @typedef {{first: number, last: number, stretches: number}} Period */

/** @param {Period} period @param {boolean} finely @returns {[number, number][]} */
function cut({ first, last, stretches }, finely) {
  if (finely && last - first + 1 < stretches) {
    const width = (last - first + 1) / stretches;
    return Array.from({ length: stretches }, (_, number) => [first + number * width, first + (number + 1) * width - 1]);
  }
  const [begin, end] = [Math.floor(first), Math.ceil(last)];
  const days = Math.max(1, Math.ceil((end - begin + 1) / stretches));
  const parts = [];
  for (let at = Math.floor(begin / days) * days; at <= end; at += days) parts.push(/** @type {[number, number]} */ ([Math.max(at, begin), Math.min(at + days - 1, end)]));
  return parts;
}

/** @param {number} begin @param {number} until */
const shownEnd = (begin, until) => (until === Infinity ? begin + (begin === Math.floor(begin) ? 1 : A_MINUTE) : until);

/** @param {[number, number][]} spans @returns {[number, number] | null} */
function extentOf(spans) {
  if (!spans.length) return null;
  let first = Infinity, last = -Infinity;
  for (const [begin, until] of spans) {
    first = Math.min(first, begin);
    last = Math.max(last, shownEnd(begin, until));
  }
  return [first, last - 1];
}

/** How many numbers of a sorted list are at most another, or less. @param {number[]} list @param {number} x @param {boolean} [less] */
function bisect(list, x, less = false) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (less ? list[middle] < x : list[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {[number, number][]} spans @param {Period[]} periods @returns {[number, number, number][]} */
function barsOf(spans, periods) {
  const finely = spans.some(([begin, until]) => until !== Infinity && (begin % 1 !== 0 || until % 1 !== 0));
  const parts = periods.flatMap((period) => cut(period, finely));
  const begins = parts.map(([begin]) => begin), edges = new Array(parts.length + 1).fill(0);
  for (const [begin, until] of spans) {
    if (!parts.length || until <= begins[0] || begin >= parts[parts.length - 1][1] + 1) continue;
    const number = Math.max(bisect(begins, begin) - 1, 0);
    edges[number] += 1;
    if (until !== Infinity) edges[Math.max(bisect(begins, until, true), number + 1)] -= 1;
  }
  const bars = [];
  let touching = 0;
  parts.forEach(([first, last], number) => {
    touching += edges[number];
    if (touching) bars.push(/** @type {[number, number, number]} */ ([first, last, touching]));
  });
  return bars;
}

/** Whether any of a stretch of time falls in a window. @param {Span} window @param {[number, number]} span */
const holds = ({ start, end }, [begin, until]) => begin < end && (until > start || begin >= start);
