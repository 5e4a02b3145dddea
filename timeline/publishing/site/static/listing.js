// The parts of the page that another state changes, in the words of the server's page: what was found, by which filters, as of when.
// Owns those words. The cards and the articles are those that the server drew.

const PAGE = 50, LARGEST = 200, OFFERED = 50;
const NAMES = [...FILTERS, "as_of", "status", "lanes", "scale", "view", "focus", "story", "after", "before", "size"];
const LABELS = { q: "Words", kind: "Kind", actor: "Who", place: "Place", tag: "Tag", source: "Source", mark: "Marks", review: "Review", without: "Without", from: "From", to: "To" };

/** @param {any} text */
const escaped = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
const number = (/** @type {number} */ many) => many.toLocaleString("en-US");

/** The kinds that are left out. @param {string} text */
function leftOutInWords(text) {
  const { kinds, isOthers } = leftOut(text);
  return `${isOthers ? "all kinds but " : ""}${kinds.join(", ") || "none"}`;
}

/** The address of another state. @param {State} state @param {Record<string, string | null>} changes */
function queryOf(state, changes) {
  const names = Object.keys(changes), turns = names.includes("after") || names.includes("before");
  const looks = names.length > 0 && names.every((name) => ["lanes", "scale", "view", "focus", "story"].includes(name));
  const given = { ...state.given, ...changes };
  const kept = NAMES.filter((name) => given[name] && (turns || looks || name in changes || !["after", "before"].includes(name)));
  return `?${new URLSearchParams(kept.map((name) => [name, given[name]]))}`;
}

class Listing {
  /** @param {Drawn} drawn */
  constructor(drawn) {
    Object.assign(this, { drawn, store: drawn.store, matches: drawn.matches, rows: drawn.rows, state: drawn.state });
  }

  /** @param {Record<string, string | null>} changes */
  link(changes) {
    return escaped(queryOf(this.state, changes));
  }

  /** All that the page of a state has for the script: the parts that it changes, and what is drawn. */
  async page() {
    const { drawn, store, state } = this;
    const overview = drawn.overview(), view = await drawn.view(null);
    const data = JSON.stringify({ position: store.site.end, overview, view }).replaceAll("<", "\\u003c");
    return `<div id="notes">${state.notes.map((note) => `<p class="timeline-problem" role="alert">${escaped(note)}</p>`).join("")}</div>
<div id="facets">${this.facets()}</div><div id="known"${state.as_of === null ? "" : ` data-position="${state.as_of}"`}>${await this.known()}</div>
<div id="chosen">${this.chosen()}</div><div id="drawing"></div><script type="application/json" id="drawing-data">${data}</script><div id="found">${await this.found()}</div>`;
  }

  facets() {
    const { matches, rows, state } = this;
    return FACETS.map((facet) => {
      const own = facet === "kind" ? ["kind", "without"] : [facet];
      const others = own.some((name) => state.given[name]) ? matches.without((name) => !own.includes(name)) : matches;
      const counts = others.counts(facet), given = state.given[facet], value = facet === "actor" && given ? actorOf(rows, given) : given;
      if (facet === "review" && !counts.length && !given) return "";
      const label = (/** @type {{value: string, count: number}} */ one) => `${escaped(cutShort(rows.label(facet, one.value), 60))} (${number(one.count)})`;
      const option = (/** @type {{value: string, count: number}} */ one) => `<option value="${escaped(one.value)}"${one.value === value ? " selected" : ""}>${label(one)}</option>`;
      const options = counts.slice(0, OFFERED).map(option).join("");
      const missing = value && !counts.some((one) => one.value === value) ? option({ value, count: 0 }) : "";
      const field = counts.length <= OFFERED ? `<select id="f-${facet}" name="${facet}"><option value="">Any</option>${options}${missing}</select>`
        : `<input id="f-${facet}" name="${facet}" value="${escaped(given ?? "")}" dir="auto" list="l-${facet}" autocomplete="off"><datalist id="l-${facet}">${options}</datalist>`;
      return `<div class="field"><label for="f-${facet}">${LABELS[facet]}</label>${field}</div>`;
    }).join("");
  }

  async known() {
    const { store, state } = this, { as_of } = state;
    if (as_of === null) return "";
    const { words } = await store.get(store.site.log), end = store.site.end;
    const when = as_of === 0 ? "before anything was recorded" : as_of > end ? "not reached yet" : `recorded ${words[as_of - 1]}`;
    const position = as_of && as_of <= end ? `<a href="events/${as_of}.html">position ${as_of}</a>` : `position ${as_of}`;
    const moment = state.as_of_words ? `the end of ${escaped(state.as_of_words)}</strong> (${position}, ${when})` : `${position}</strong> (${when})`;
    const more = as_of > end ? `The log ends at position ${end}, so this is the present state.` : "Later corrections and retractions are left out.";
    return `<div class="as-of"><p><strong>As known at ${moment}. ${more} <a href="${this.link({ as_of: null })}">Show what is known now</a></p></div>`;
  }

  /** The active filters: their name and their value, as people call them. */
  get chips() {
    const { matches, rows, state } = this;
    return matches.filtered.map((name) => {
      const value = state.given[name], id = name === "actor" ? actorOf(rows, value) : value;
      const label = name === "without" ? leftOutInWords(value) : rows.labels[name] || rows.values[name] ? rows.label(name, id) : value;
      return { name, what: LABELS[name], value: cutShort(label, 80) };
    });
  }

  chosen() {
    const many = this.matches.all.length, total = this.matches.without(() => false).all.length;
    if (!this.chips.length) return "";
    const chips = this.chips.map(({ name, what, value }) => `<li><a href="${this.link({ [name]: null })}"><span class="chip-what">${what}:</span> <bdi>${escaped(value)}</bdi> <span aria-hidden="true">×</span><span class="vh"> (remove this filter)</span></a></li>`);
    return `<ul class="chips" aria-label="Active filters">${chips.join("")}<li>${number(many)} of ${number(total)} match${many === 1 ? "es" : ""}</li></ul>`;
  }

  /** How many were found, in a sentence or more. */
  count() {
    const { matches, state } = this, many = matches.all.length, { status = "current", q } = state.given;
    const s = (/** @type {number} */ n) => (n === 1 ? "" : "s"), words = [];
    if (this.chips.length) {
      const total = matches.without(() => false).all.length;
      words.push(`${number(total)} happening${s(total)}, ${many ? number(many) : "none"} match${many === 1 ? "es" : ""}.`);
    } else words.push(`${number(many)} ${status === "retracted" ? "retracted " : ""}happening${s(many)}.`);
    const retracted = this.retracted;
    if (retracted) words.push(`${number(retracted)} more ${retracted === 1 ? "was" : "were"} retracted: <a href="${this.link({ status: "all" })}">show ${retracted === 1 ? "it" : "them"} too</a>.`);
    if (status === "all") words.push(`Retracted ones are shown, struck out: <a href="${this.link({ status: null })}">leave them out</a>.`);
    const short = q && shortWord(q);
    if (short) words.push(`“${escaped(short)}” is searched as a whole word, because too many words begin with one or two letters.`);
    return words.join(" ");
  }

  /** How many retracted happenings are left out. */
  get retracted() {
    const { matches, state } = this;
    if ((state.given.status ?? "current") !== "current" || state.as_of !== null) return 0;
    return new Matches(this.rows, { ...state, given: { ...state.given, status: "retracted" } }).all.length;
  }

  async found() {
    const { matches: { all }, rows, state, store } = this;
    const size = Math.min(Math.max(Number(state.given.size) || PAGE, 1), LARGEST);
    const after = keyOf(state.given.after ?? null), before = state.given.before === "end" ? null : keyOf(state.given.before ?? null);
    const beyond = (/** @type {any[] | null} */ key) => (key ? all.findIndex((row) => compareKeys(rows.key(row), key) >= 0) : -1);
    let from = 0, until = all.length;
    if (after) {
      const at = all.findIndex((row) => compareKeys(rows.key(row), after) > 0);
      from = at < 0 ? all.length : at;
      until = Math.min(from + size, all.length);
    } else if (state.given.before) {
      const at = beyond(before);
      until = at < 0 ? all.length : at;
      from = Math.max(0, until - size);
    } else until = Math.min(size, all.length);
    const page = all.slice(from, until), head = `<div class="count-line"><p class="timeline-count">${this.count()}</p></div>`;
    if (!page.length) return head + this.nothing();
    const turns = (/** @type {string} */ label) => this.turns(label, from > 0 ? rows.key(page[0]) : null, until < all.length ? rows.key(page[page.length - 1]) : null);
    const cards = await store.texts("cards", page);
    const years = [];
    page.forEach((row, at) => {
      const year = rows.dates[rows.date[row]]?.year ?? null;
      if (!years.length || years[years.length - 1][0] !== year) years.push([year, ""]);
      years[years.length - 1][1] += this.card(row, cards[at]);
    });
    const list = years.map(([year, inside]) => `<li class="timeline-year"><h2>${yearHeading(year)}</h2><ol>${inside}</ol></li>`).join("");
    return `${head}${from > 0 ? turns("Pages, above") : ""}<ol class="timeline">${list}</ol>${turns("Pages")}`;
  }

  /** @param {number} row @param {string} html */
  card(row, html) {
    const { matches, state } = this, card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!card) return "";
    if (matches.near(row)) {
      const mark = '<li class="mark mark-near"><span aria-hidden="true">≈</span> Near: its date is approximate</li>', marks = card.querySelector(".marks");
      if (marks) marks.insertAdjacentHTML("afterbegin", mark);
      else card.querySelector("h3")?.insertAdjacentHTML("afterend", `<ul class="marks" aria-label="Marks">${mark}</ul>`);
    }
    if (card.getAttribute("data-id") === state.given.focus) card.setAttribute("aria-current", "true");
    lead(card, state);
    return card.outerHTML;
  }

  nothing() {
    const { given, as_of } = this.state;
    if (given.after || given.before) return `<div class="timeline-empty"><h2>Nothing further</h2><p>The timeline has no happenings beyond that place. <a href="${this.link({ after: null, before: null })}">Go to the first page</a></p></div>`;
    if (this.chips.length) return '<div class="timeline-empty"><h2>Nothing matches</h2><p>No happening matches all filters. Remove a filter above, widen the period, or <a href="?">see the whole timeline</a>.</p></div>';
    if (as_of !== null) return '<div class="timeline-empty"><h2>Nothing was known yet</h2><p>At that position no happening had been recorded. <a href="?">See what is known now</a></p></div>';
    return `<div class="timeline-empty"><h2>${given.status === "retracted" ? "Nothing was retracted" : "Nothing is left"}</h2><p><a href="?">See the timeline</a></p></div>`;
  }

  /** @param {string} label @param {any[] | null} first @param {any[] | null} last */
  turns(label, first, last) {
    if (!first && !last) return "";
    const back = first ? `<a href="${this.link({ after: null, before: null })}">First page</a> <a href="${this.link({ before: writtenKey(first), after: null })}" rel="prev"><span aria-hidden="true">↑</span> Earlier</a>` : "";
    const on = last ? ` <a href="${this.link({ after: writtenKey(last), before: null })}" rel="next">Later <span aria-hidden="true">↓</span></a> <a href="${this.link({ before: "end", after: null })}">Last page</a>` : "";
    return `<nav class="turns" aria-label="${label}">${back}${on}</nav>`;
  }

  /** The happening at which the story is, and the way to its neighbours among the matches. */
  async story() {
    const { matches: { all }, rows, state, store } = this, id = state.given.story, at = rows.find(id, state.as_of);
    if (at === undefined) return `<main><h1>No such happening</h1><p>This timeline has no happening “${escaped(id)}”${state.as_of === null ? "" : " as of then"}. <a href="?">See the timeline</a></p></main>`;
    const key = rows.key(at), number_ = all.filter((row) => compareKeys(rows.key(row), key) < 0).length;
    const before = number_ > 0 ? all[number_ - 1] : undefined, after = all.find((row) => compareKeys(rows.key(row), key) > 0);
    const shown = [before, after].map((row) => row).filter((row) => row !== undefined);
    const titles = new Map((await store.texts("labels", shown)).map((title, place) => [shown[place], title]));
    const [html] = await store.texts("articles", [at]);
    const article = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (article) lead(article, state, true);
    const link = (/** @type {number} */ row, /** @type {string} */ way, /** @type {string} */ words) => `${words} <a href="${this.link({ story: rows.id[row] })}" rel="${way}"><span class="vh">${way === "prev" ? "Before" : "After"}: </span><bdi>${escaped(titles.get(row))}</bdi></a>`;
    const sides = [before === undefined ? "" : link(before, "prev", '<span class="small" aria-hidden="true">‹ Before</span>'), after === undefined ? "" : link(after, "next", '<span class="small" aria-hidden="true">After ›</span>')];
    // One that was redacted or retracted is not among them.
    const isAmong = all.includes(at), place = isAmong ? ` <span class="small story-place">${number(number_ + 1)} of ${number(all.length)}</span>` : "";
    const leave = this.link({ story: null, focus: id });
    return `<main><div class="story-head"><p><a href="${leave}"><bdi>${escaped(document.querySelector("h1")?.textContent ?? "")}</bdi></a>${place}</p>
${isAmong ? `<progress max="${all.length}" value="${number_ + 1}" aria-hidden="true"></progress>` : ""}</div>${article?.outerHTML ?? ""}
${sides.some(Boolean) ? `<nav class="before-after" aria-label="The story"><div>${sides[0]}</div><div>${sides[1]}</div></nav>` : ""}
<p class="small"><a href="${escaped(happeningLink(id))}">This happening’s own page</a> · <a href="${leave}">Back to the timeline</a></p></main>`;
  }
}

/** @param {string} id */
const happeningLink = (id) => `happenings/${id.replaceAll(".", "~2E")}/index.html`;

/** Lead the links of a card or an article, which the server drew without filters, to the same in this state. @param {Element} part @param {State} state @param {boolean} [alone] */
function lead(part, state, alone = false) {
  for (const link of part.querySelectorAll("a[data-scripted]")) {
    const asked = new URLSearchParams(link.getAttribute("data-scripted")?.split("?")[1] ?? "");
    const changes = Object.fromEntries([...asked].filter(([name]) => FILTERS.includes(name) || name === "story"));
    if (asked.has("story") && asked.has("as_of")) readAt(link, `?${asked}`);
    else link.setAttribute("href", alone ? `?${new URLSearchParams(changes)}` : queryOf(state, changes));
    link.removeAttribute("data-scripted");
  }
  const isEmbedded = document.body.classList.contains("embed");
  for (const link of part.querySelectorAll('a[href^="happenings/"]')) {
    const [, name, anchor] = /^happenings\/([^/]+)\/index\.html(#.*)?$/.exec(link.getAttribute("href") ?? "") ?? [];
    // Its own page shows what is known now.
    if (name && state.as_of !== null) readAt(link, `?${new URLSearchParams({ as_of: state.given.as_of, story: name.replaceAll("~2E", ".") })}${anchor ?? ""}`);
    else if (isEmbedded) link.setAttribute("target", "_top");
  }
}

/** Lead a link to a page of its own, which does not take the place of the list alone. @param {Element} link @param {string} address */
function readAt(link, address) {
  link.setAttribute("href", address);
  link.setAttribute("target", "_self");
}

/** Cut a text between words, as templates do. @param {string} text @param {number} most */
function cutShort(text, most) {
  if ([...text].length <= most + 5) return text;
  const cut = [...text].slice(0, most - 3).join("");
  return `${cut.includes(" ") ? cut.slice(0, cut.lastIndexOf(" ")) : cut}...`;
}

/** @param {number | null} year */
function yearHeading(year) {
  if (year === null) return "Without a date";
  if (year < 1) return `${year < -9998 ? number(1 - year) : 1 - year} BCE`;
  return year < 1000 ? `${year} CE` : String(year);
}
