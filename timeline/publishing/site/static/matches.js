// Which happenings a state asks for, and the counts of the filters among them. Owns the rule of each filter. Draws nothing.

const FACETS = ["kind", "actor", "place", "tag", "source", "mark", "review"];
const FILTERS = ["q", ...FACETS, "without", "from", "to"];
const DAY = 86400;
const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const HOW_TO = "Write a year (2003, 44 BCE), a month (November 2025, 2025-11), a day (24 Nov 2025, 2025-11-24), a decade (the 1980s, 198X) or a time (2025-11-24T04:10)";

/**
 * @typedef {{given: Record<string, string>, notes: string[], as_of: number | null, from: any, to: any, window: Span | null, positions: Set<number> | null, actor: string | null}} State
 * @typedef {{start: number, end: number}} Span
 */

/** Read a state from an address. @param {URLSearchParams} parameters @param {Store} store @returns {Promise<State>} */
async function readState(parameters, store) {
  const given = {}, notes = [];
  for (const [name, value] of parameters) if (value.trim() && !(name in given)) given[name] = value.trim();
  const state = { given, notes, as_of: null, as_of_words: "", from: null, to: null, window: null, positions: null, actor: null };
  const refuse = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ reason) => {
    notes.push(`${label}: “${given[name].slice(0, 40)}” ${reason}`);
    delete given[name];
  };
  for (const [name, label] of [["from", "From"], ["to", "To"]]) {
    if (!given[name]) continue;
    state[name] = period(given[name]);
    if (!state[name]) refuse(name, label, `is no date that is understood here, so it was left out. ${HOW_TO}.`);
  }
  if (given.as_of) {
    if (/^\d{1,15}$/.test(given.as_of)) state.as_of = Number(given.as_of);
    else {
      const until = period(given.as_of);
      if (!until || until.last === null) refuse("as_of", "As of", `is neither a position in the log nor a day, so what is known now is shown. ${HOW_TO}.`);
      else {
        const { at } = await store.get(store.site.log), [year, month, day] = civil(until.last + 1);
        const moment = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
        state.as_of = year < 1 ? 0 : year > 9999 ? at.length : at.filter((/** @type {string} */ one) => one < moment).length;
        state.as_of_words = given.as_of;
      }
    }
  }
  for (const [name, known] of [["status", ["current", "all", "retracted"]], ["lanes", ["none", "kind", "actor", "place", "source", "tag"]]]) {
    if (given[name] && !known.includes(given[name])) delete given[name];
  }
  const [start, end] = (given.view ?? "").split("/").map(instant);
  if (start !== null && end !== null && start < end) state.window = { start, end };
  if (given.go) {
    const went = period(given.go);
    if (went?.first == null || went.last === null) refuse("go", "Go to a date", `is no date that is understood here. ${HOW_TO}.`);
    else state.window = { start: went.first + went.second / DAY, end: went.last + (went.until + 1) / DAY };
  }
  if (given.q && !/[\p{L}\p{N}]/u.test(given.q)) refuse("q", "Words", "has no letter or digit in it, so nothing was searched for.");
  return state;
}

/** @param {string | undefined} text @returns {number | null} */
function instant(text) {
  const match = /^([+-]?\d{4,12})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/.exec(text ?? "");
  return match ? dayNumber(Number(match[1]), Number(match[2]), Number(match[3])) + (Number(match[4] ?? 0) * 60 + Number(match[5] ?? 0)) / MINUTES : null;
}

/**
 * Read a period as people type it: its first and last day, and the seconds of these; a side that is open is null.
 * @param {string} text @returns {{first: number | null, second: number, last: number | null, until: number} | null}
 */
function period(text) {
  const plain = text.trim().replace(/^\[(.*)\]$/, "$1").replace(/[~?%]/g, "").replace(/^(?:about|around|circa|ca?\.) ?(?=\d|the \d)/i, "").replace(/^the (?=\d+s$)/i, "");
  const sides = plain.replace(/^\.\.\/|\/\.\.$/, "..").split(/\.\.|\//);
  if (sides.length === 2 && (sides[0] || sides[1])) {
    const [one, other] = sides.map((side) => (side.trim() ? period(side) : null));
    if ((sides[0].trim() && !one) || (sides[1].trim() && !other)) return null;
    return { first: one?.first ?? null, second: one?.second ?? 0, last: other?.last ?? null, until: other?.until ?? DAY - 1 };
  }
  const found = vagueYears(plain) ?? typed(worded(plain));
  if (!found) return null;
  const first = Math.floor(found.start), last = Math.ceil(found.end) - 1;
  return { first, second: Math.round((found.start - first) * DAY), last, until: Math.round((found.end - last) * DAY) - 1 };
}

/** @param {string} text */
function vagueYears(text) {
  const match = /^(\d{2,3})(X{1,2}|0s)$/i.exec(text);
  // The 1900s may be a decade or a century.
  if (!match || /00s$/i.test(text) || (match[1] + match[2].replace(/0s/i, "X")).length !== 4) return null;
  const length = 10 ** match[2].replace(/0s/i, "X").length, year = Number(match[1]) * length;
  return { start: dayNumber(year, 1), end: dayNumber(year + length, 1) };
}

/** Write a date in English words in digits: 24 Nov 2025, November 2025. @param {string} text */
function worded(text) {
  const match = /^(?:(?<day>\d\d?)\.? )?(?<name>[a-z]{3,9})\.?(?: (?<after>\d\d?),)? (?<year>\d{4})$/i.exec(text), { day, name = "", after, year } = match?.groups ?? {};
  const month = MONTHS.findIndex((one) => one.startsWith(name.toLowerCase().replace(/^sept$/, "sep"))) + 1;
  return match && month && !(day && after) ? [year, month, day ?? after].filter(Boolean).map((one) => String(one).padStart(2, "0")).join("-") : text;
}

/** Whether a row of known and its date may fall between two moments: "possible", "near" or null. @param {Rows} rows @param {number} row @param {any} from @param {any} to */
function withinTimes(rows, row, from, to) {
  if (!rows.date[row]) return null;
  const first = from?.first === null || !from ? [-FAR, 0] : [from.first, from.second], last = to?.last === null || !to ? [FAR, DAY - 1] : [to.last, to.until];
  const { days, near, seconds, nearSeconds } = rows.days(row);
  for (const [word, [begins, ends], [second, until]] of [["possible", days, seconds], ["near", near, nearSeconds]]) {
    const begin = begins === null || compareKeys([begins, second ?? 0], last) <= 0;
    if (begin && (ends === null || compareKeys([ends, until ?? 0], first) >= 0)) return word;
  }
  return null;
}

class Matches {
  /** @param {Rows} rows @param {State} state */
  constructor(rows, state) {
    this.rows = rows;
    this.state = state;
    /** Their rows, in the order of time. @type {number[]} */
    this.all = [];
    const test = filters(rows, state);
    for (let row = 0; row < rows.many; row += 1) if (rows.known(row, state.as_of) && test(row)) this.all.push(row);
    const { from, to } = state;
    this.timed = (from?.second ?? 0) !== 0 || (to?.until ?? DAY - 1) !== DAY - 1;
  }

  /** Whether a match is only near the period. @param {number} row */
  near(row) {
    const { rows, state: { from, to } } = this;
    if (!from && !to) return false;
    if (this.timed) return withinTimes(rows, row, from, to) === "near";
    const [first, last] = rows.days(row).days;
    return (from?.first != null && (last ?? FAR) < from.first) || (to?.last != null && (first ?? -FAR) > to.last);
  }

  /** The matches of a state without some of its filters. @param {(name: string) => boolean} keep @param {any} [changes] */
  without(keep, changes = {}) {
    const given = Object.fromEntries(Object.entries(this.state.given).filter(([name]) => !FILTERS.includes(name) || keep(name)));
    const { from, to, positions } = this.state;
    const state = { ...this.state, given, from: given.from ? from : null, to: given.to ? to : null, positions: given.q ? positions : null, ...changes };
    return new Matches(this.rows, state);
  }

  get filtered() {
    return FILTERS.filter((name) => name in this.state.given);
  }

  /** Count the values of a facet: the most frequent first. @param {string} facet @param {number} [most] @returns {{value: string, count: number}[]} */
  counts(facet, most = Infinity) {
    const { rows } = this, counts = new Map();
    const add = (/** @type {any} */ value) => value !== null && counts.set(value, (counts.get(value) ?? 0) + 1);
    for (const row of this.all) for (const value of valuesOf(rows, row, facet)) add(value);
    const found = [...counts].map(([value, count]) => ({ value, count }));
    if (facet === "mark" || facet === "review") return Object.keys(rows.labels[facet]).filter((one) => counts.has(one)).map((value) => ({ value, count: counts.get(value) }));
    return found.sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1)).slice(0, most);
  }
}

/** @param {Rows} rows @param {number} row @param {string} facet @returns {(string | null)[]} */
function valuesOf(rows, row, facet) {
  if (facet === "mark") {
    const flags = rows.flags[row];
    return ["disputed", "corrected", "claimed", "single"].filter((_, bit) => flags & (1 << bit));
  }
  if (facet === "review") return rows.reviewed ? [rows.value(row, "review") ?? "none"] : [];
  if (facet === "kind" || facet === "place") return [rows.value(row, facet)];
  return rows[facet][row].map((/** @type {number} */ number) => rows.values[facet][number]);
}

/** @param {Rows} rows @param {State} state @returns {(row: number) => boolean} */
function filters(rows, { given, from, to, positions }) {
  /** @type {((row: number) => boolean)[]} */
  const tests = [];
  const status = given.status ?? "current";
  if (status !== "all") tests.push((row) => rows.value(row, "status") === status);
  for (const name of ["kind", "place"]) if (given[name]) tests.push((row) => rows.value(row, name) === given[name]);
  if (given.without) {
    const { kinds, isOthers } = leftOut(given.without), without = new Set(kinds);
    tests.push((row) => without.has(rows.value(row, "kind") ?? "") === isOthers);
  }
  for (const name of ["actor", "tag", "source"]) {
    if (!given[name]) continue;
    const number = rows.values[name].indexOf(name === "actor" ? actorOf(rows, given.actor) : given[name]);
    tests.push((row) => number > 0 && rows[name][row].includes(number));
  }
  if (["disputed", "corrected", "claimed", "single"].includes(given.mark)) tests.push((row) => valuesOf(rows, row, "mark").includes(given.mark));
  if (["confirmed", "doubted", "none"].includes(given.review)) tests.push((row) => (rows.value(row, "review") ?? "none") === given.review);
  if (from && from.first !== null) tests.push((row) => (rows.days(row).near[1] ?? FAR) >= from.first);
  if (to && to.last !== null) tests.push((row) => (rows.days(row).near[0] ?? -FAR) <= to.last);
  if ((from?.second ?? 0) !== 0 || (to?.until ?? DAY - 1) !== DAY - 1) tests.push((row) => withinTimes(rows, row, from, to) !== null);
  if (positions) tests.push((row) => positions.has(rows.position[row]));
  return (row) => tests.every((test) => test(row));
}

/** The id of whom a filter means, by id or by name. @param {Rows} rows @param {string} wanted */
function actorOf(rows, wanted) {
  if (rows.values.actor.includes(wanted)) return wanted;
  const number = rows.labels.actor.findIndex((/** @type {string | null} */ name) => name?.toLowerCase() === wanted.toLowerCase());
  return number > 0 ? rows.values.actor[number] : wanted;
}

/** The kinds that are left out; or, after a line "!", those that are not. @param {string} text */
function leftOut(text) {
  const lines = text.split(/\r\n|\r|\n/), isOthers = lines[0] === "!";
  return { kinds: lines.slice(isOthers ? 1 : 0), isOthers };
}
