// @ts-check
// The timeline page: brings the drawing, the search, the card and the address together. Owns that wiring alone.

import { asked, changed, go, state } from "./address.js";
import { asOf } from "./asof.js";
import { day, written, writtenWindow } from "./calendar.js";
import { Card } from "./card.js";
import { control } from "./controls.js";
import { Drawing } from "./drawing.js";
import { Find } from "./find.js";
import { span } from "./layout.js";
import { print } from "./print.js";
import { by, dressed, focusOn, on } from "./page.js";


// What is drawn comes before the list, which need not be there yet.
if (!by("drawing-data")) await new Promise((go) => addEventListener("DOMContentLoaded", go));
await dressed();

const root = by("drawing");
const here = root.dataset.here ?? "";

const LINE_END = "\n";
/** The room that a card takes beside the drawing, and its mark, in pixels. */
const CARD = 400;

/** @param {string} url */
async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}

/** The address of what a window holds. */
const viewOf = (window, width, parts) => asked(`${here}/drawing/view`, { view: writtenWindow(window), width: String(width), ...(parts && { parts }) });

const address = (item) => {
  const as_of = state().get("as_of");
  return `${here}/${item.id.replaceAll(".", "~2E")}${root.dataset.ending ?? ""}${as_of ? `?as_of=${encodeURIComponent(as_of)}` : ""}`;
};

/** A happening among those that match, with its neighbours. @param {{id: string}} item */
const story = (item) => changed({ story: item.id, focus: null, view: null, lanes: null, scale: null }).href;

/** @type {Source} */
const source = {
  address,
  // What is open is drawn by itself.
  view: (...of) => json(viewOf(...of) + (state().has("focus") ? `&focus=${state().get("focus")}` : "")),
  // The server reads dates in people's own words.
  async period(text) {
    const { window, notes } = await json(asked(`${here}/drawing/view`, { go: text || "?", width: "200" }));
    return { window, problem: notes.find((note) => note.startsWith("Go ")) };
  },
  list: (window, after) => json(asked(`${here}/drawing/list`, { view: writtenWindow(window), ...(after && { after }) })),
  byKind: () => state().get("lanes") === "kind",
  off(kinds) {
    const lines = state().get("without")?.split(LINE_END) ?? [];
    return lines[0] === "!" ? ["", ...kinds.filter((kind) => !lines.includes(kind))] : lines;
  },
};

const drawing = new Drawing(root, source, {
  moved: (window, step) => go(changed({ view: window && writtenWindow(window) }), step),
  scaled: (isTrue) => go(changed({ scale: isTrue ? "true" : null }), true),
  entered: () => by("card").focus(),
  closed: leave,
  next,
  listed: async ({ start, end }) => {
    // Of a window within a day or two, the minutes are meant.
    const at = end - start < 2 && (start % 1 || end % 1) ? written : day;
    await find.load(changed({ from: at(start), to: at(Math.max(end - 1 / 1440, start)), view: state().get("view") }), true);
    by("found").focus();
  },
});
const card = new Card(by("card"), leave, next);
on(root, "happening", (event) => open(/** @type {CustomEvent} */ (event).detail, true));

/** @param {Item} item @param {boolean} step */
function open(item, step) {
  go(changed({ focus: item.id }), step);
  drawing.lookAt(item);
  openCard(item);
}

/** Open the card of a happening. @param {{id: string}} item */
async function openCard(item) {
  // On the side where it covers least of what was chosen.
  if (card.element.hidden) root.classList.toggle("turned", !!drawing.focus && drawing.share(span(drawing.focus)[0]) * drawing.width > drawing.width - CARD);
  await card.open(address(item), story(item));
  // A sheet from below must not cover it.
  if (matchMedia("(max-width: 63.99rem)").matches) drawing.seek();
}

// From anywhere but a field, which has uses of its own for the key.
on(document, "keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && event.target.form === undefined && !card.element.hidden) leave();
});

/** Close the card, and be at the drawing. */
function leave() {
  go(changed({ focus: null }), true);
  card.close();
  drawing.lookAt(null);
  focusOn(drawing.view);
  const box = drawing.view.getBoundingClientRect();
  if (box.bottom < 99 || box.top > innerHeight) drawing.view.scrollIntoView({ block: "nearest" });
}

/** Steps to be taken from happening to happening, the first of which is under way. @type {(1 | -1)[]} */
const steps = [];

/** Go on to another, or else the next in time. Each press of a key counts; while one is held, only as many as there is time for. @param {1 | -1} step @param {Item} [item] */
async function next(step, item) {
  if (item) return arriveAt(item);
  if (steps.length && drawing.held) return;
  steps.push(step);
  if (steps.length > 1) return;
  for (; steps.length; steps.shift()) await take(steps[0]);
}

/** @param {Item} item */
function arriveAt(item) {
  open(item, !state().has("focus"));
  drawing.seek();
}

/** @param {1 | -1} step */
async function take(step) {
  const shown = card.asked;
  const more = { step: String(step), view: writtenWindow(drawing.window), ...(drawing.focus ? { focus: drawing.focus.id } : {}) };
  card.busy(true);
  const found = await json(asked(`${here}/drawing/next`, more)).catch((error) => ({ error }));
  // The reader may have gone elsewhere meanwhile: no more follow.
  if (card.asked !== shown) steps.length = 1;
  else if (found.item) arriveAt(found.item);
  else {
    card.busy(false);
    if (found.error) drawing.tell(`The happening could not be fetched (${found.error}). Try again.`);
    else drawing.tell(`There is nothing ${step > 0 ? "later" : "earlier"}.`);
  }
}

const renew = print(drawing, () => viewOf(drawing.whole, 680, drawing.scale.written(drawing.whole, 680)));

/** Show what a page brought. @param {Document} page */
function arrive(page) {
  const { overview, view } = JSON.parse(page.getElementById("drawing-data")?.textContent ?? "{}");
  // The one that the address names is sure of its place.
  const id = state().get("focus");
  const shown = drawing.focus?.id;
  if (shown !== id) drawing.focus = view.items?.find((/** @type {Item} */ one) => one.id === id) ?? null;
  if (!id) card.close();
  // Its room is taken before all is drawn. In a window that was chosen a card takes its room as when it is opened by hand, so that both see the same.
  else if (!shown && !state().has("view")) card.element.hidden = false;
  drawing.set(overview, view, state().has("scale"));
  renew();
  follow();
  if (id && shown !== id) openCard({ id });
}

const find = new Find(by("find"), arrive);
addEventListener("popstate", () => find.load(new URL(location.href), null));

control(drawing);
// The drawing's controls stand in the line of the search.
by("controls").insertBefore(/** @type {Element} */ (root.querySelector(".drawn-tools")), by("read-story"));

// What is to be embedded is what one sees when one asks for it.
on(document, "toggle", ({ target }) => {
  const code = target.id === "embed" && target.querySelector("textarea");
  const here = changed({ embed: "1" }).href.replaceAll("&", "&amp;");
  if (code) code.value = code.value.replace(/src="[^"]*"/, () => `src="${here}"`);
}, true);
root.hidden = false;
// The axis is that of all that is known now, so that one sees it fill.
const follow = asOf(root, (as_of) => find.load(changed({ as_of }), !state().has("as_of")));
// The list and the drawing answer each other.
/** @type {string | undefined} */
let lit;
for (const type of ["pointerover", "focusin"]) {
  on(document, type, ({ target }) => {
    const id = target.closest?.(".item a, #found .happening")?.dataset.id;
    if (id === lit) return;
    lit = id;
    for (const one of document.querySelectorAll(".lit")) one.classList.remove("lit");
    if (id) for (const one of document.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) (one.closest(".item") ?? one).classList.add("lit");
  });
}
// The legend switches each kind off and on.
on(drawing.part("kinds"), "click", (/** @type {any} */ { target }) => {
  const kind = target.closest("button")?.value, all = drawing.overview.kinds ?? [], off = new Set(source.off?.(all));
  if (kind === undefined) return;
  off.delete(kind) || off.add(kind);
  // Without the others, those are named that stay.
  const without = off.has("") ? ["!", ...all.filter((one) => !off.has(one))] : [...off];
  find.load(changed({ without: without.join(LINE_END) }), true).then(() => find.fill(true));
});
arrive(document);
// The list, all of which is given its place now, and news can wait until the page is there.
const later = globalThis.requestIdleCallback ?? setTimeout;
const rest = () => {
  later(() => (by("found").className = ""));
  if (root.dataset.live) import("./live.js").then(({ live }) => live(root, find, by, drawing.loader));
};
document.readyState === "complete" ? rest() : addEventListener("load", rest);
