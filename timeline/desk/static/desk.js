// @ts-check
// The form of the desk, helped: what is typed is checked and saved as one types, and words selected in the document become a
// quotation. Owns when that happens. Everything here also works by submitting the form; what is right is decided on the server.

import { chips } from "./chips.js";
import { hindrance, trimmed } from "./citation.js";
import { character, place, range, read } from "./passage.js";

const find = (/** @type {ParentNode} */ element, /** @type {string} */ selector) => /** @type {any} */ (element.querySelector(selector));
const form = find(document, "#form"), text = find(document, ".desk-text");
const WAIT = 350, SAVE = 1_500, TRY = 15_000;

/** The textarea, the hidden fields and the answer of each quotation. */
const quotations = () => [.../** @type {any} */ (form.querySelectorAll(".typed-quotation"))];
const field = (/** @type {any} */ quotation, /** @type {string} */ name) => find(quotation, `[name="quote_${name}"]`);
const input = (/** @type {string} */ name) => find(form, `[name="${name}"]`);

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

/** @param {string} address @param {Record<string, string>} [more] @param {AbortSignal} [signal] */
function send(address, more = {}, signal) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return fetch(address, { method: "POST", body, headers: { "x-csrftoken": input("csrftoken").value }, signal });
}

// Saving: on the server as a draft; in this browser as well, until that is done.

const place_of = `timeline-desk ${location.pathname}`;
const saved = find(document, "#saved"), kept = find(document, "#kept");
let dirty = false, saving = 0, busy = /** @type {AbortController | null} */ (null);

const contents = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrftoken"));
const nothing = () => [...new FormData(form)].every(([name, value]) => !value || /^(csrftoken|draft|version|beside|certainty|quote_(source|stance|start_char|prefix|suffix))$/.test(name));

function changed() {
  dirty = true;
  try {
    localStorage.setItem(place_of, contents());
  } catch {
    // A browser may refuse to store anything.
  }
  clearTimeout(saving);
  saving = setTimeout(save, SAVE);
}

async function save() {
  if (!dirty || busy || nothing()) return;
  busy = new AbortController();
  dirty = false;
  input("draft").value ||= [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const draft = input("draft").value;
  const answer = await send(form.dataset.save, { happening: form.dataset.happening ?? "" }, busy.signal).catch(() => null);
  const left = busy.signal.aborted;
  busy = null;
  if (left) return;
  if (answer?.ok) {
    const address = new URL(location.href);
    address.searchParams.set("draft", draft);
    for (const name of ["use", "saved", "recorded"]) address.searchParams.delete(name);
    if (form.method) history.replaceState(history.state, "", address);
    saved.textContent = `Draft saved at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.`;
    if (!dirty) forget();
  } else {
    dirty = true;
    saved.textContent = "The server cannot be reached. What you typed is kept in this browser.";
    saving = setTimeout(save, TRY);
  }
  if (dirty && answer?.ok) changed();
}

const forget = () => localStorage.removeItem(place_of);

/** Put back what this browser kept, if the page opened without it. */
function restore() {
  let stored = null;
  try {
    stored = JSON.parse(localStorage.getItem(place_of) ?? "null");
  } catch {
    return;
  }
  const draft = stored && stored.find((/** @type {string[]} */ [name]) => name === "draft")?.[1];
  if (!stored || (input("draft").value && input("draft").value !== draft) || (!input("draft").value && !nothing()) || JSON.stringify(stored) === contents()) return;
  const words = stored.filter((/** @type {string[]} */ [name]) => name === "quote_quote").length;
  while (quotations().length < words) another();
  const seen = /** @type {Record<string, number>} */ ({});
  for (const [name, value] of stored) {
    const fields = form.querySelectorAll(`[name="${name}"]`);
    if (name === "certainty") for (const one of fields) one.checked = one.value === value;
    else if (name !== "do" && fields[seen[name] ?? 0]) fields[seen[name] ?? 0].value = value;
    seen[name] = (seen[name] ?? 0) + 1;
  }
  kept.textContent = "What you typed before, and could not save, is here again.";
  kept.hidden = false;
  changed();
  for (const area of form.querySelectorAll("textarea[data-list]")) area.dispatchEvent(new Event("filled"));
  soon();
}

// Quotations

/** Number a quotation anew. @param {any} quotation @param {number} number */
function renumber(quotation, number) {
  quotation.dataset.number = number;
  for (const one of quotation.querySelectorAll("[id], [for], [aria-describedby], [data-answer], .remove, [value^=choose]")) {
    for (const name of ["id", "for", "aria-describedby", "data-answer"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace(/\d+$/, `${number}`));
    }
    if (one.value) one.value = one.value.replace(/:\d+/, `:${number}`);
  }
  const words = find(quotation, "legend").firstChild;
  words.textContent = `Quotation${quotations().length > 1 ? ` ${number + 1}` : ""}`;
}

function another() {
  const last = quotations().at(-1), copy = last.cloneNode(true);
  for (const name of ["quote", "start_char", "prefix", "suffix", "supports"]) field(copy, name).value = "";
  find(copy, ".answer").replaceChildren();
  find(copy, "legend .hint")?.remove();
  field(copy, "source").value = form.dataset.beside ?? "";
  last.after(copy);
  quotations().forEach(renumber);
  return copy;
}

/** Make words of the document the quotation. @param {any} quotation @param {string} words @param {number} start */
function quote(quotation, words, start) {
  field(quotation, "quote").value = words;
  field(quotation, "start_char").value = `${start}`;
  field(quotation, "prefix").value = field(quotation, "suffix").value = "";
  field(quotation, "source").value = form.dataset.beside;
  find(quotation, "legend .hint")?.remove();
  changed();
  check();
}

/** Mark in the text what is quoted from it. */
function show() {
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
offer.innerHTML = '<button type="button" value="instead">Quote these words instead</button><button type="button" value="too">Quote them too</button>';

function settle() {
  const chosen = selected();
  offer.hidden = true;
  if (!chosen) return;
  const empty = quotations().find((one) => !field(one, "quote").value.trim());
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
    } else if (what === "add") {
      event.preventDefault();
      field(another(), "quote").focus();
    }
  });
  form.addEventListener("submit", () => {
    if (text) settle();
    dirty = false;
    clearTimeout(saving);
    busy?.abort();
  });
  addEventListener("pagehide", () => {
    if (dirty && !nothing()) navigator.sendBeacon?.(form.dataset.save, beacon());
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  if (find(document, ".desk-done")) forget();
  else if (!find(document, '[role="alert"]')) restore();
  show();
}

const beacon = () => {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set("happening", form.dataset.happening ?? "");
  return body;
};

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
  const empty = quotations().find((one) => !field(one, "quote").value.trim()) ?? another();
  quote(empty, words ?? "", Number(start));
  const next = input(input("date").value ? "title" : "date");
  next.focus();
}

if (form) {
  form.classList.add("helped");
  for (const area of form.querySelectorAll("textarea[data-list]")) chips(area);
  start();
  if (text) {
    startReading();
    startMargin();
  }
}
