// @ts-check
// The form of the desk, helped: what is typed is checked and saved as one types, and words selected in the document become a
// quotation. Owns when that happens. Everything here also works by submitting the form; what is right is decided on the server.

import { chips } from "./chips.js";
import { hindrance, trimmed } from "./citation.js";
import { character, place, range, read } from "./passage.js";
import { showRegions, startRegions } from "./region.js";
import { another, content, field, find, form, input, nothing, quotations, renumber, send, unused } from "./typed.js";

const text = find(document, ".desk-text");
const WAIT = 350, SAVE = 1_500, TRY = 15_000;

// Checking: the answers of the server replace those that are there.

let checks = 0, timer = 0;

async function check() {
  const number = ++checks;
  const answer = await send(form.dataset.check).catch(() => null);
  if (!answer?.ok || number !== checks) return;
  const answers = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const one of /** @type {any} */ (answers.querySelectorAll("[data-answer]"))) {
    const now = find(form, `[data-answer="${one.dataset.answer}"]`);
    if (now && now.innerHTML !== one.innerHTML) now.replaceChildren(...one.childNodes);
  }
  show();
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
};

// Saving: on the server as a draft; in this browser as well, until that is done.

const STORED = "timeline-desk ";
const saved = find(document, "#saved"), kept = find(document, "#kept");
let dirty = false, saving = 0, busy = /** @type {AbortController | null} */ (null);

const contents = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrftoken"));
const correcting = () => ({ happening: form.dataset.happening ?? "" });
const draft = () => input("draft").value;
const forget = (/** @type {string} */ id) => localStorage.removeItem(STORED + id);

function changed() {
  dirty = true;
  input("draft").value ||= [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    localStorage.setItem(STORED + draft(), JSON.stringify({ path: location.pathname, fields: JSON.parse(contents()) }));
  } catch {
    // A browser may refuse to store anything.
  }
  clearTimeout(saving);
  saving = setTimeout(save, SAVE);
}

/** Save what was typed as a draft. Return whether all of it is saved. */
async function save() {
  if (!dirty || busy || nothing()) return !dirty;
  busy = new AbortController();
  dirty = false;
  const answer = await send(form.dataset.save, correcting(), busy.signal).catch(() => null);
  const left = busy.signal.aborted;
  busy = null;
  if (left) return false;
  if (!answer?.ok) {
    dirty = true;
    saved.textContent = "The server cannot be reached. What you typed is kept in this browser.";
    saving = setTimeout(save, TRY);
    return false;
  }
  const address = new URL(location.href);
  address.searchParams.set("draft", draft());
  for (const name of ["use", "saved", "recorded", "was"]) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
  saved.textContent = `Draft saved at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })}.`;
  if (dirty) changed();
  else forget(draft());
  return !dirty;
}

const comparable = (/** @type {[string, string][]} */ fields) => JSON.stringify(fields.filter(([name]) => name !== "beside"));

/** Put back what this browser kept and the server has not: of this draft, or else of this page. */
function restore() {
  const all = Object.keys(localStorage).filter((key) => key.startsWith(STORED)).map((key) => {
    const { path, fields } = JSON.parse(localStorage.getItem(key) ?? "{}");
    return { id: key.slice(STORED.length), path, fields };
  });
  const id = draft() || new URLSearchParams(location.search).get("draft");
  const stored = all.find((one) => id ? one.id === id : nothing() && one.path === location.pathname);
  if (!stored?.fields) return;
  if (comparable(stored.fields) === comparable(JSON.parse(contents()))) return forget(stored.id);
  const { fields } = stored, words = fields.filter((/** @type {string[]} */ [name]) => name === "quote_source").length;
  while (quotations().length < words) another();
  const seen = /** @type {Record<string, number>} */ ({});
  for (const [name, value] of fields) {
    const inputs = form.querySelectorAll(`[name="${name}"]`);
    if (name === "certainty") for (const one of inputs) one.checked = one.value === value;
    else if (name !== "beside" && inputs[seen[name] ?? 0]) inputs[seen[name] ?? 0].value = value;
    seen[name] = (seen[name] ?? 0) + 1;
  }
  kept.hidden = false;
  find(kept, "button").addEventListener("click", async () => {
    await save();
    forget(draft());
    location.href = location.pathname;
  });
  for (const area of form.querySelectorAll("textarea[data-list]")) area.dispatchEvent(new Event("filled"));
  changed();
  soon();
}

let clicks = 0;

/** Go to another view of the document with what is typed. Of several clicks, the last counts. @param {URL} url */
async function go(url) {
  const click = ++clicks;
  if (!nothing()) {
    await save();
    if (draft()) url.searchParams.set("draft", draft());
  }
  if (click === clicks) location.href = url.href;
}

// Quotations

/** Make words of the document the quotation. @param {any} quotation @param {string} words @param {number} start */
function quote(quotation, words, start) {
  field(quotation, "quote").value = words;
  field(quotation, "start_char").value = `${start}`;
  field(quotation, "prefix").value = field(quotation, "suffix").value = "";
  field(quotation, "source").value = form.dataset.beside;
  find(quotation, "legend .hint")?.remove();
  const many = quotations().filter((one) => field(one, "quote").value.trim()).length, button = find(document, ".to-form a");
  if (button) button.textContent = `Quoted ${many > 1 ? `${many} passages` : "✓"} · To the form`;
  changed();
  check();
}

/** Mark in the document what is cited of it. */
function show() {
  showRegions();
  if (!text || !CSS.highlights) return;
  const shown = read(text), ranges = [];
  for (const one of quotations()) {
    const place = find(one, ".verified");
    if (!place || field(one, "source").value !== form.dataset.beside) continue;
    const [start, end] = [Number(place.dataset.start), Number(place.dataset.end)], units = shown.parts.filter((part) => part.character <= end);
    const at = (/** @type {number} */ wanted) => {
      const part = units.findLast((part) => part.character <= wanted);
      if (!part) return -1;
      let unit = 0, count = part.character;
      while (count < wanted && unit < part.node.length) {
        unit += (part.node.data.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
        count++;
      }
      return part.at + unit;
    };
    const [from, to] = [at(start), at(end)];
    if (from >= 0 && to > from) ranges.push(range(shown, from, to));
  }
  CSS.highlights.set("quoted", new Highlight(...ranges));
}

/** Return what is selected in the text, as it may be quoted. */
function selected() {
  const selection = getSelection(), chosen = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (!chosen || chosen.collapsed || !chosen.intersectsNode(text)) return null;
  const shown = read(text);
  if (shown.changed) return null;
  const from = place(shown, chosen.startContainer, chosen.startOffset), to = place(shown, chosen.endContainer, chosen.endOffset);
  const span = trimmed(shown.text, from, to);
  if (!span) return null;
  const words = shown.text.slice(span.from, span.to);
  return hindrance(words) ? null : { words, start: character(shown, span.from), box: chosen.getBoundingClientRect() };
}

const offer = document.createElement("div");
offer.className = "quote-offer";
offer.hidden = true;
offer.innerHTML = '<button type="button" value="too">Quote these words too</button><button type="button" value="instead">Quote them instead</button>';

function settle() {
  const chosen = selected();
  offer.hidden = true;
  if (!chosen) return;
  const empty = unused();
  if (empty) return quote(empty, chosen.words, chosen.start);
  if (quotations().some((one) => field(one, "quote").value === chosen.words && field(one, "start_char").value === `${chosen.start}`)) return;
  offer.hidden = false;
  offer.style.insetInlineStart = "auto";
  offer.style.left = `${Math.max(8, Math.min(chosen.box.left + scrollX, innerWidth - offer.offsetWidth - 16))}px`;
  const below = chosen.box.bottom + 6 + offer.offsetHeight < innerHeight;
  offer.style.top = `${scrollY + (below ? chosen.box.bottom + 6 : chosen.box.top - offer.offsetHeight - 6)}px`;
}

function start() {
  form.addEventListener("input", (/** @type {any} */ { target }) => {
    const quotation = target.name === "quote_quote" && target.closest(".typed-quotation");
    if (quotation) for (const name of ["start_char", "prefix", "suffix"]) field(quotation, name).value = "";
    if (target.name === "attributed_to" && target.value) find(form, '[value="claim"]').checked = true;
    changed();
    soon();
  });
  form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const { target, key } = /** @type {any} */ (event);
    if (key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(find(form, '.desk-buttons [value="record"]'));
    } else if (target.matches("input:not([type=radio])")) {
      event.preventDefault();
      check();
    }
  });
  form.addEventListener("click", (/** @type {any} */ event) => {
    const button = event.target.closest("button[name=do]");
    const [what, number, at] = button?.value.split(":") ?? [];
    if (what === "choose") {
      event.preventDefault();
      field(quotations()[Number(number)], "start_char").value = at;
      changed();
      check();
      field(quotations()[Number(number)], "quote").focus();
    } else if (what === "remove") {
      event.preventDefault();
      button.closest(".typed-quotation").remove();
      quotations().forEach(renumber);
      changed();
      check();
    } else if (what === "date") {
      event.preventDefault();
      input("date").value = number;
      changed();
      check();
    } else if (what === "add") {
      event.preventDefault();
      field(another(), "quote").focus();
    }
  });
  form.addEventListener("submit", submitted);
  form.addEventListener("change", (/** @type {any} */ { target }) => {
    const quotation = /^quote_(stance|supports)$/.test(target.name) && target.closest(".typed-quotation");
    if (!quotation) return;
    const what = field(quotation, "stance").value === "disputes" ? "Disputes" : "Supports";
    find(quotation, "summary").textContent = `${what} ${field(quotation, "supports").value.trim() || "the happening as a whole"}`;
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {any} */ (event.target).closest(".desk-tabs a, .desk-parts a, a[rel=next], .find-form a");
    if (!link || link.hash || event.ctrlKey || event.metaKey || event.shiftKey || nothing()) return;
    event.preventDefault();
    go(new URL(link.href));
  });
  find(document, ".find-form")?.addEventListener("submit", (/** @type {any} */ event) => {
    if (nothing()) return;
    event.preventDefault();
    const url = new URL(event.target.action);
    for (const [name, value] of new FormData(event.target)) url.searchParams.set(name, String(value));
    go(url);
  });
  addEventListener("pagehide", () => {
    if (dirty && !nothing()) navigator.sendBeacon?.(form.dataset.save, content(correcting()));
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  const was = new URLSearchParams(location.search).get("was");
  if (was) forget(was);
  const done = find(document, ".desk-done"), narrow = matchMedia("(max-width: 62rem)").matches;
  if (!done && !find(document, '[role="alert"]')) restore();
  const at = sessionStorage.getItem("timeline-desk-scroll");
  if (at !== null) scrollTo(0, Number(at));
  sessionStorage.removeItem("timeline-desk-scroll");
  // Then to what is new: a fault, the comparison, or that it is recorded.
  const fault = find(document, "[aria-invalid]");
  if (fault) fault.focus();
  else if (done && !narrow) find(form, "textarea")?.focus({ preventScroll: true });
  else (done ?? find(document, ".compared"))?.scrollIntoView({ block: "center" });
  const there = find(document, ".to-form");
  if (there) new IntersectionObserver(([{ isIntersecting }]) => (there.hidden = isIntersecting), { rootMargin: "0px 0px -50%" }).observe(form);
  find(document, "#found")?.scrollIntoView({ block: "center" });
  show();
}

/** Send the form, once the server can be reached: a page that cannot be loaded would take its place. @param {any} event */
async function submitted(event) {
  if (text) settle();
  const button = event.submitter;
  event.preventDefault();
  if (button?.disabled) return;
  for (const one of form.querySelectorAll(".desk-buttons button")) one.disabled = true;
  const reached = await send(form.dataset.check).catch(() => null);
  for (const one of form.querySelectorAll(".desk-buttons button")) one.disabled = false;
  if (!reached) {
    saved.textContent = "The server cannot be reached. Nothing was recorded, and what you typed is kept in this browser.";
    return;
  }
  dirty = false;
  clearTimeout(saving);
  busy?.abort();
  sessionStorage.setItem("timeline-desk-scroll", String(scrollY));
  const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: button?.value ?? "check" });
  form.append(pressed);
  form.submit();
}

function startReading() {
  let pressed = false, later = 0;
  const then = (wait = 250) => {
    clearTimeout(later);
    later = setTimeout(() => pressed || settle(), wait);
  };
  document.body.querySelector("main")?.append(offer);
  document.addEventListener("selectionchange", () => then());
  document.addEventListener("pointerdown", (event) => (pressed = !offer.contains(/** @type {any} */ (event.target))));
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => {
      pressed = false;
      then(20);
    });
  }
  offer.addEventListener("mousedown", (event) => event.preventDefault());
  offer.addEventListener("click", (/** @type {any} */ { target }) => {
    const chosen = selected();
    if (!chosen || !target.value) return;
    quote(target.value === "too" ? another() : quotations().at(-1), chosen.words, chosen.start);
    offer.hidden = true;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") offer.hidden = true;
  });
}

// Suggestions: used in the form as it is, or hidden in this browser.

function startMargin() {
  const key = `timeline-desk-hidden ${text.dataset.source}`;
  const hidden = new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
  for (const item of /** @type {any} */ (document.querySelectorAll(".margin li"))) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "plain hide", textContent: "Hide" });
    item.append(" · ", button);
    const dated = () => text.querySelectorAll(`.dated[data-note="${item.dataset.note}"]`);
    const hide = () => {
      item.hidden = true;
      for (const one of dated()) one.className = "";
    };
    if (hidden.has(item.dataset.key)) hide();
    button.addEventListener("click", () => {
      hidden.add(item.dataset.key);
      localStorage.setItem(key, JSON.stringify([...hidden]));
      hide();
    });
    find(item, ".use").addEventListener("click", (/** @type {Event} */ event) => {
      event.preventDefault();
      use(item.dataset);
    });
  }
}

/** Fill the form with a suggestion; what is typed already stays. @param {DOMStringMap} suggestion */
function use({ date, dateNote, quote: words, start, actors }) {
  for (const [name, value] of [["date", date], ["date_note", dateNote], ["actors", actors]]) {
    const one = input(/** @type {string} */ (name));
    if (one.value.trim() || !value) continue;
    one.value = value;
    one.dispatchEvent(new Event("filled"));
  }
  const overlaps = quotations().some((one) => {
    const there = field(one, "quote").value;
    return there && field(one, "source").value === form.dataset.beside && (there.includes(words ?? "") || words?.includes(there));
  });
  if (overlaps) changed(), check();
  else quote(unused() ?? another(), words ?? "", Number(start));
  const next = input(input("date").value ? "title" : "date");
  next.focus();
}

/** Cite a region of the picture: of an empty quotation, of the one that is not described yet, or of a new one. @param {string} fragment */
function cite(fragment) {
  const waiting = quotations().find((one) => field(one, "source").value === form.dataset.beside && !field(one, "description").value.trim() && !field(one, "quote").value.trim());
  const quotation = waiting ?? another();
  field(quotation, "fragment").value = fragment;
  field(quotation, "description").focus();
  changed();
  check();
}

if (form) {
  form.classList.add("helped");
  startRegions(cite);
  for (const area of form.querySelectorAll("textarea[data-list]")) chips(area);
  start();
  if (text) {
    for (const one of quotations()) field(one, "quote").placeholder = "Select words in the document, or paste them here.";
    startReading();
    startMargin();
  }
}
