// The data of the site: which files there are, their loading, and what is in them, decoded. Owns each file being loaded once.
// Chooses nothing.

/** @typedef {{file: (name: string) => Promise<any>}} Loading */

class Store {
  /** @param {any} site the names of the files @param {(file: string) => Promise<any>} load */
  constructor(site, load) {
    this.site = site;
    this.load = load;
    this.loaded = new Map();
    /** The matches of the last states. @type {Map<string, Matches>} */
    this.matches = new Map();
  }

  /** @param {string} file @returns {Promise<any>} */
  get(file) {
    if (!this.loaded.has(file)) {
      const loading = this.load(file);
      // Another attempt may succeed.
      loading.catch(() => this.loaded.delete(file));
      this.loaded.set(file, loading);
    }
    return this.loaded.get(file);
  }

  /** The rows, each a version of a happening, in the order of time. */
  async rows() {
    return (this.decoded ??= new Rows(await this.get(this.site.index)));
  }

  /** What is long about some rows, by their numbers. @param {"labels" | "cards" | "articles"} kind @param {number[]} numbers @returns {Promise<string[]>} */
  async texts(kind, numbers) {
    const each = this.site[`${kind}Of`];
    const parts = [...new Set(numbers.map((number) => Math.floor(number / each)))];
    const files = new Map(await Promise.all(parts.map(async (part) => /** @type {[number, any]} */ ([part, await this.get(this.site[kind][part])]))));
    return numbers.map((number) => files.get(Math.floor(number / each))[number % each]);
  }
}

const DISPUTED = 1, CORRECTED = 2, CLAIMED = 4, SINGLE = 8;
const FAR = 9e15;

class Rows {
  /** @param {any} index */
  constructor({ columns, dates, values, labels, reviewed, kinds }) {
    Object.assign(this, columns);
    this.many = columns.id.length;
    this.dates = dates;
    this.values = values;
    this.labels = labels;
    this.reviewed = reviewed;
    this.kinds = kinds;
    /** @type {Map<string, number>} the row of now, by id */
    this.now = new Map();
    for (let row = 0; row < this.many; row += 1) if (!this.until[row]) this.now.set(this.id[row], row);
    this.spans = dates.map((date) => (date ? spanOf(date.shape) : null));
  }

  /** @param {number} row @param {string} name */
  value(row, name) {
    return this.values[name][this[name][row]];
  }

  /** The days that a date allows, and those near it. @param {number} row */
  days(row) {
    const date = this.dates[this.date[row]];
    const days = date?.days ?? [null, null];
    return { days, near: date?.near ?? days, seconds: date?.seconds ?? [0, DAY - 1], nearSeconds: date?.nearSeconds ?? [0, DAY - 1] };
  }

  /** The beginning and the end in the drawing. @param {number} row @returns {[number, number] | null} */
  span(row) {
    return this.spans[this.date[row]];
  }

  /** @param {number} row */
  shape(row) {
    return this.dates[this.date[row]]?.shape ?? {};
  }

  /** The place in the order of time. @param {number} row */
  key(row) {
    const { days: [first, last], } = this.days(row);
    return [first ?? last ?? FAR, this.second[row], -(last ?? -FAR), this.dates[this.date[row]]?.shape.edtf ?? "", this.id[row]];
  }

  /** The label of a value of a facet. @param {string} facet @param {string} value */
  label(facet, value) {
    const labels = this.labels[facet];
    if (!labels) return value;
    return Array.isArray(labels) ? labels[this.values[facet].indexOf(value)] ?? value : labels[value] ?? value;
  }

  /** Whether a row was known at a position, or is now. @param {number} row @param {number | null} as_of */
  known(row, as_of) {
    return as_of === null ? !this.until[row] : this.since[row] <= as_of && (!this.until[row] || this.until[row] > as_of);
  }

  /** The row of a happening at a position, or now. @param {string} id @param {number | null} as_of @returns {number | undefined} */
  find(id, as_of) {
    if (as_of === null) return this.now.get(id);
    for (let row = 0; row < this.many; row += 1) if (this.id[row] === id && this.known(row, as_of)) return row;
    return undefined;
  }
}

/** The span of a date in the drawing. @param {any} shape @returns {[number, number] | null} */
function spanOf({ a, b, u = 1, how, end }) {
  if (a === undefined) return b === undefined ? null : [b + 1 - u, b + 1];
  if (b === undefined) return [a, how === "through" && end === "open" ? Infinity : a + u];
  return [a, b + 1];
}

/** @param {any[]} one @param {any[]} other */
function compareKeys(one, other) {
  for (let n = 0; n < one.length; n += 1) if (one[n] !== other[n]) return one[n] < other[n] ? -1 : 1;
  return 0;
}

/** Round as the server does: a half to the even number. @param {number} x */
function rounded(x) {
  const whole = Math.round(x);
  return Math.abs(x % 1) === 0.5 && whole % 2 ? whole - 1 : whole;
}
