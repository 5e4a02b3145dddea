// What the drawing asks for: what a window holds, the counts over the whole span, the next happening, the list of a stretch. Owns
// these answers, which are those of the server wherever that reads all matches.

const WIDTH = 1200, NARROWEST = 200, WIDEST = 4000, STRETCH = 14, BARS = 240, BESIDE = 0.5, NARROW = 3;
const ITEMS = 120, ITEMS_OF_A_STRETCH = 12, LANES = 12, LISTED = 50, MOST_PARTS = 8;

/** @param {Span} window @param {number} beside @returns {[number, number]} */
const wholeDays = ({ start, end }, beside = 0) => [Math.floor(start - beside), Math.ceil(end + beside)];

class Drawn {
  /** @param {Store} store @param {Matches} matches @param {State} state which may look at the matches otherwise than they were found */
  constructor(store, matches, state) {
    Object.assign(this, { store, matches, rows: matches.rows, state });
    const { lanes } = state.given;
    this.facet = lanes && lanes !== "none" ? lanes : null;
  }

  /** The matches of the period alone, drawn pale; null without another filter. */
  get others() {
    const isPeriod = (/** @type {string} */ name) => name === "from" || name === "to";
    return this.matches.filtered.every(isPeriod) ? null : (this.pale ??= new Drawn(this.store, (this.matches.ofPeriod ??= this.matches.without(isPeriod)), this.state));
  }

  get axis() {
    return (this.matches.fitted ??= axisOf(this.matches));
  }

  get spans() {
    return (this.matches.spans ??= this.matches.all.map((row) => this.rows.span(row)).filter((span) => span !== null));
  }

  /** The lanes, and in which each row is. */
  lanes() {
    const { facet, matches, rows } = this;
    if (!facet) return { lanes: [{ value: null, label: "" }], of: () => [0] };
    const lanes = matches.counts(facet, LANES).map(({ value }) => ({ value, label: rows.label(facet, value).slice(0, 120) }));
    const number = new Map(lanes.map(({ value }, at) => [value, at])), others = [lanes.length];
    const of = (/** @type {number} */ row) => {
      const found = valuesOf(rows, row, facet).flatMap((value) => number.get(value) ?? []).sort((one, other) => one - other);
      return found.length ? [...new Set(found)] : others;
    };
    return { lanes: [...lanes, { value: null, label: `Other, or no ${facet}` }], of };
  }

  overview() {
    const { axis, matches, rows, spans, state } = this, isBroken = !state.given.scale;
    const opening = matches.filtered.length ? null : axis.opening, periods = axis.periods(BARS, isBroken);
    const { from, to } = state, of = (/** @type {number} */ row) => rows.days(row);
    const unplaced = matches.all.filter((row) => rows.date[row] && of(row).days[0] === null && of(row).days[1] === null).length;
    const vague = unplaced > 0 || matches.all.some((row) => {
      const { days, near } = of(row);
      return days[0] === null || days[1] === null || near[0] !== days[0] || near[1] !== days[1];
    });
    return {
      first: axis.first, last: axis.last, parts: axis.parts, opening: opening && [opening.start, opening.end],
      period: from?.first != null || to?.last != null ? [from?.first == null ? null : from.first + from.second / DAY, to?.last == null ? null : to.last + (to.until + 1) / DAY] : null,
      bars: barsOf(spans, periods), exact: true, unplaced, vague, total: spans.length, range: extentOf(spans),
      others: this.others ? barsOf(this.others.spans, periods) : [], kinds: rows.kinds, absent: this.absent(),
    };
  }

  /** The kinds with a colour that no match has, and "" if all matches have one. @returns {string[]} */
  absent() {
    const { matches, rows } = this, ofAnyKind = matches.without((name) => name !== "kind" && name !== "without");
    const counts = new Map(ofAnyKind.counts("kind").map(({ value, count }) => [value, count]));
    const coloured = rows.kinds.reduce((/** @type {number} */ sum, /** @type {string} */ kind) => sum + (counts.get(kind) ?? 0), 0);
    return [...rows.kinds.filter((/** @type {string} */ kind) => !counts.has(kind)), ...(coloured >= ofAnyKind.all.length ? [""] : [])];
  }

  /** @param {URLSearchParams | null} asked the parameters of a request; null for what comes with the page */
  async view(asked) {
    const { axis, matches, rows, state } = this, isBroken = !state.given.scale;
    const width = asked ? widthOf(asked) : WIDTH;
    let parts = asked ? partsOf(asked) : [], { window } = state;
    const isFitted = !window || !asked;
    window ??= (matches.filtered.length ? null : axis.opening) ?? axis.window(isBroken);
    if (!window) return { window: null, lanes: [], items: [], clusters: [], others: [], count: 0, may: 0, exact: true };
    const { start: begin, end: until } = window;
    if (!parts.length && isFitted && isBroken) {
      parts = axis.parts.filter(([start, end]) => start < until && end > begin).map(([start, end, left, right]) => [Math.max(start, begin), Math.min(end, until), width * (right - left)]);
    }
    let [start, end] = wholeDays(window, (until - begin) * BESIDE);
    let gathered = this.gather([{ first: start, last: end - 1, stretches: rounded(width / STRETCH) }]);
    if (gathered.clusters.length) {
      [start, end] = until - begin < NARROW ? [begin, until] : wholeDays(window);
      gathered = this.gather(periodsOf(start, end, parts, width));
    }
    const here = window;
    return {
      window: [begin, until], first: start, last: end - 1,
      count: gathered.all.filter((row) => holds(here, rows.span(row))).length,
      may: matches.all.filter((row) => rows.date[row] && mayFall(rows, row, here)).length,
      others: this.others ? this.others.paleSpans(periodsOf(start, end, parts, width)) : [],
      lanes: gathered.lanes, items: await this.items(gathered.rows, gathered.of, gathered.parts), clusters: gathered.clusters, exact: true,
    };
  }

  /** @param {Period[]} periods @returns {[number, number][]} */
  paleSpans(periods) {
    const { facet } = this;
    this.facet = null;
    const { rows } = this.gather(periods);
    this.facet = facet;
    return rows.map((row) => [this.rows.span(row)[0], shownEnd(...this.rows.span(row))]);
  }

  /** Divide what touches some periods into the weightiest of each stretch, and counts of the rest. @param {Period[]} periods */
  gather(periods) {
    const { matches, rows, state } = this, { lanes, of } = this.lanes();
    const window = { start: periods[0].first, end: periods[periods.length - 1].last + 1 };
    const all = matches.all.filter((row) => rows.span(row) && holds(window, rows.span(row)));
    const parts = new Map();
    for (const row of all) {
      const part = rows.value(row, "part");
      if (part) parts.set(part, (parts.get(part) ?? 0) + 1);
    }
    const finely = all.some((row) => rows.shape(row).edtf.includes("T"));
    const begins = periods.flatMap((one) => cut(one, finely)).map(([begin]) => begin);
    /** @type {Map<number, number[]>} */
    const stretches = new Map();
    for (const row of all) {
      const number = bisect(begins, rows.span(row)[0]) - 1;
      stretches.get(number)?.push(row) ?? stretches.set(number, [row]);
    }
    const each = eachOf([...stretches.values()].map((inside) => inside.length));
    /** @type {number[]} */
    const shown = [];
    /** @type {[number, number, number, number][]} */
    const clusters = [];
    for (const inside of stretches.values()) {
      const ordered = this.weightiest(inside, parts, state.given.focus), heads = ordered.slice(0, each), rest = ordered.slice(each);
      /** @type {Map<number, number>} */
      const totals = new Map();
      for (const row of rest) for (const lane of of(row)) totals.set(lane, (totals.get(lane) ?? 0) + 1);
      for (;;) {
        const at = rest.findIndex((row) => of(row).some((lane) => totals.get(lane) === 1));
        if (at < 0) break;
        const [alone] = rest.splice(at, 1);
        heads.push(alone);
        for (const lane of of(alone)) totals.set(lane, totals.get(lane) - 1);
      }
      shown.push(...heads);
      for (const [lane, total] of [...totals].sort((one, other) => one[0] - other[0])) {
        if (!total) continue;
        const days = rest.filter((row) => of(row).includes(lane)).map((row) => rows.span(row)[0]);
        clusters.push([lane, Math.min(...days), Math.max(...days.map((begin) => shownEnd(begin, Infinity))) - 1, total]);
      }
    }
    return { lanes, of, all, rows: shown, clusters, parts };
  }

  /** @param {number[]} inside @param {Map<string, number>} parts @param {string} [focus] */
  weightiest(inside, parts, focus) {
    const { rows } = this, many = inside.length, half = many >> 1, bits = many.toString(2).length;
    const inTime = (/** @type {number} */ one, /** @type {number} */ other) => {
      const [begin, until] = rows.span(one), [start, end] = rows.span(other);
      return begin - start || (until === end ? 0 : until < end ? -1 : 1) || (rows.id[one] < rows.id[other] ? -1 : 1);
    };
    // Those that weigh the same alternate over time: the bits of their places are turned around.
    const turned = (/** @type {number} */ place) => {
      let result = 0;
      for (let bit = 0, rest = (place + half) % many; bit < bits; bit += 1, rest >>= 1) result = result * 2 + (rest & 1);
      return result;
    };
    return [...inside]
      .sort(inTime)
      .map((row, place) => ({ row, rest: Number(rows.id[row] !== focus), weight: this.weight(row, parts.get(rows.id[row])), turned: turned(place) }))
      .sort((one, other) => one.rest - other.rest || other.weight - one.weight || one.turned - other.turned)
      .map(({ row }) => row);
  }

  /** @param {number} row @param {number} [parts] */
  weight(row, parts = 0) {
    const { rows } = this, [begin, until] = rows.span(row) ?? [0, 0];
    const lasted = rows.shape(row).how === "through" ? Math.min(Math.log2(Math.max(until - begin, 1)), 16) : 0;
    return (rows.value(row, "part") ? 0 : 1000) + rounded(lasted * 40) + Math.min(parts, 20) * 30 + Math.min(rows.citations[row], 99) * 10 + rows.sources[row];
  }

  /** @param {number[]} listed @param {(row: number) => number[]} of @param {Map<string, number>} [parts] null: without what a list leaves out */
  async items(listed, of, parts) {
    const { matches, rows } = this, titles = await this.store.texts("labels", listed);
    return listed.map((row, at) => {
      const kind = rows.value(row, "kind"), marks = valuesOf(rows, row, "mark"), has = (/** @type {string} */ mark) => marks.includes(mark);
      const signs = [["near", parts && matches.near(row)], ["retracted", rows.value(row, "status") === "retracted"], ...["corrected", "disputed", "claimed", "single"].map((mark) => [mark, has(mark)])];
      return {
        id: rows.id[row], title: titles[at], lanes: of(row), ...(kind && { kind }), weight: this.weight(row, parts?.get(rows.id[row])),
        marks: signs.filter(([, holds]) => holds).map(([mark]) => mark), ...rows.shape(row),
      };
    });
  }

  /** The happenings that begin in the window, some at a time. @param {URLSearchParams} asked */
  async list(asked) {
    const { matches: { all }, rows, state: { window } } = this;
    if (!window) return { items: [], after: null };
    const [first] = wholeDays(window), focus = rows.find(this.state.given.focus ?? "", this.state.as_of);
    const after = keyOf(asked.get("after")) ?? (focus === undefined ? null : rows.key(focus));
    const from = after ? all.findIndex((row) => compareKeys(rows.key(row), after) > 0) : all.findIndex((row) => rows.key(row)[0] >= first);
    const page = from < 0 ? [] : all.slice(from, from + LISTED), last = page[page.length - 1];
    const here = page.filter((row) => rows.span(row) && window.start <= rows.span(row)[0] && rows.span(row)[0] < window.end);
    const isEnd = last === undefined || rows.key(last)[0] >= window.end || from + LISTED >= all.length;
    return { items: await this.items(here, this.lanes().of), after: isEnd ? null : writtenKey(rows.key(last)) };
  }

  /** The match after the one in focus, or before it; without one, the first in the window, or the last. @param {URLSearchParams} asked */
  async next(asked) {
    const { matches: { all }, rows, state } = this, back = asked.get("step") === "-1", { window } = state;
    const focus = state.given.focus ? rows.find(state.given.focus, state.as_of) : undefined;
    const begins = (/** @type {number} */ row) => {
      const span = rows.shape(row).edtf?.includes("T") ? rows.span(row) : null;
      return !span || !window || (window.start <= span[0] && span[0] < window.end);
    };
    const [first, until] = window ? wholeDays(window) : [-Infinity, Infinity];
    const isBeyond = (/** @type {number} */ row) => {
      if (focus !== undefined) return compareKeys(rows.key(row), rows.key(focus)) * (back ? -1 : 1) > 0;
      return (back ? rows.key(row)[0] < until : rows.key(row)[0] >= first) && (state.given.focus !== undefined || begins(row));
    };
    const found = (back ? [...all].reverse() : all).find(isBeyond);
    return { item: found === undefined ? null : (await this.items([found], this.lanes().of))[0] };
  }
}

/** @param {Rows} rows @param {number} row @param {Span} window */
function mayFall(rows, row, { start, end }) {
  const first = Math.floor(start), last = Math.ceil(end) - 1, { near } = rows.days(row);
  if ((near[1] ?? FAR) < first || (near[0] ?? -FAR) > last) return false;
  const second = rounded((start % 1) * DAY), until = (rounded((end - Math.floor(end)) * DAY) || DAY) - 1;
  if (second === 0 && until === DAY - 1) return true;
  return withinTimes(rows, row, { first, second }, { last, until }) !== null;
}

/** How many of each stretch are drawn one by one, at most. @param {number[]} numbers */
function eachOf(numbers) {
  const sum = (/** @type {number} */ most) => numbers.reduce((total, one) => total + Math.min(one, most), 0);
  if (sum(Infinity) <= ITEMS) return Math.max(0, ...numbers);
  for (let each = ITEMS_OF_A_STRETCH; each > 1; each -= 1) if (sum(each) <= ITEMS) return each;
  return 1;
}

/** @param {number} start @param {number} end @param {number[][]} parts @param {number} width @returns {Period[]} */
function periodsOf(start, end, parts, width) {
  if (parts.length < 2) return [{ first: start, last: end - 1, stretches: rounded(width / STRETCH) }];
  const periods = parts.map(([begin, until, room]) => ({ first: Math.floor(begin), last: Math.ceil(until) - 1, stretches: Math.max(1, rounded(room / STRETCH)) }));
  periods[0].first = start;
  periods[periods.length - 1].last = end - 1;
  return periods.filter(({ first, last }) => first <= last);
}

/** @param {URLSearchParams} asked */
function widthOf(asked) {
  const text = asked.get("width") ?? "";
  return /^\d{1,8}$/.test(text) ? Math.min(Math.max(Number(text), NARROWEST), WIDEST) : WIDTH;
}

/** @param {URLSearchParams} asked @returns {number[][]} */
function partsOf(asked) {
  /** @type {number[][]} */
  const parts = [];
  for (const text of (asked.get("parts") ?? "").split(";").slice(0, MOST_PARTS)) {
    const part = text.split(",").map(Number), [start, end, room] = part, before = parts[parts.length - 1];
    if (part.length === 3 && text && start < end && room > 0 && room <= WIDEST && (!before || start >= before[1])) parts.push(part);
  }
  return parts;
}

/** @param {any[]} key */
const writtenKey = ([first, second, last, date, id]) => `${first}${second ? `~${second}` : ""},${last},${date},${id}`;

/** @param {string | null} text @returns {any[] | null} */
function keyOf(text) {
  const match = /^(-?\d{1,16})(?:~(-?\d{1,6}))?,(-?\d{1,16}),([^\n]{0,300}),([A-Za-z0-9._-]{1,200})$/.exec(text ?? "");
  return match ? [Number(match[1]), Number(match[2] ?? 0), Number(match[3]), match[4], match[5]] : null;
}
