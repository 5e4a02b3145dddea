// @ts-check
/**
 * On a source's page, offers a citation of the words that are selected or typed, and shows what cites them already.
 *
 * Owns when the offer comes and goes, and what stands in it. Must not send anything, nor write but to the clipboard.
 */
import { cited, hindrance, places, python, trimmed, yaml } from "./citation.js";
import { character, place, range, read } from "./passage.js";

/** @type {(within: ParentNode, selector: string) => any} */
const find = (within, selector) => within.querySelector(selector);
const text = find(document, ".document"), template = find(document, "#citing"), root = document.documentElement;
const [form, said, panel] = template.content.children, output = find(form, "output");
let offered = "", asked = "", turn = 0, timer = 0, fresh = false, pressed = false;

/** @param {import("./passage.js").Shown} shown @param {import("./citation.js").Span} span @param {boolean} typed */
function offer(shown, { from, to }, typed) {
  const [start, end] = [from, to].map((at) => character(shown, at)), name = `${start}-${end}`;
  if (offered === name) return;
  offered = name;
  const hindered = shown.changed ? "changed" : hindrance(shown.text.slice(from, to));
  for (const part of panel.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== hindered;
  if (!hindered) fill(start, end, cited(shown.text, { from, to }, "excerpts" in text.dataset));
  const words = range(shown, from, to);
  // Tab leads there from the words, or from the form.
  (typed ? form : words.endContainer.parentElement?.closest("p")).after(panel);
  panel.hidden = false;
  fresh = !typed;
  const told = [...panel.querySelectorAll(".said")].filter((part) => part.offsetParent).map((part) => part.textContent);
  said.textContent = [...told, said.dataset.then].join(". ");
  CSS.highlights?.set("cited", new Highlight(words));
  reveal(words.getBoundingClientRect(), typed);
}

/** @param {number} start @param {number} end @param {import("./citation.js").Words} words */
function fill(start, end, words) {
  find(panel, ".Python").textContent = python(text.dataset.source, words);
  find(panel, ".YAML").textContent = yaml(text.dataset.source, words);
  for (const button of panel.querySelectorAll("[value]")) button.textContent = `Copy ${button.value}`;
  find(panel, "h3 span").textContent = `${start}–${end}`;
  find(panel, "h3 + a").href = `?passage=${offered}#passage`;
  const uses = [...text.querySelectorAll("li[data-start] p")].filter((use) => {
    const { dataset } = use.closest("li");
    return dataset.start < end && dataset.end > start;
  });
  find(panel, "ul").replaceChildren(...uses.map((use) => {
    const item = document.createElement("li");
    item.append(...(find(use, ".stance") ? [] : ["Supports "]), ...use.cloneNode(true).childNodes);
    return item;
  }));
  const many = new Set(uses.map((use) => find(use, "a").href)).size, details = find(panel, "details");
  details.hidden = !many;
  details.open = uses.length < 4;
  find(panel, ".none").hidden = many > 0;
  find(panel, "summary").textContent = `${many} happening${many > 1 ? "s cite" : " cites"} these words`;
}

/** Let the panel cover no words that are offered. @param {DOMRect} words @param {boolean} typed */
function reveal({ top, bottom }, typed) {
  const room = panel.offsetHeight + 16, covered = bottom - innerHeight + room;
  document.body.style.paddingBlockEnd = root.style.scrollPaddingBlockEnd = `${room}px`;
  if (typed && (top < 0 || covered > 0)) scrollBy(0, top - innerHeight / 5);
  else if (covered > 0) scrollBy(0, bottom > innerHeight ? Math.min(covered, Math.max(top - 16, 0)) : covered);
}

function hide() {
  if (panel.contains(document.activeElement) && form.nextElementSibling === panel) find(form, "input").focus();
  panel.hidden = true;
  CSS.highlights?.delete("cited");
  document.body.style.paddingBlockEnd = root.style.scrollPaddingBlockEnd = "";
}

/** Offer what is selected; where nothing is, hide, unless someone is at work in the panel or the form before it. */
function settle() {
  const selection = getSelection(), chosen = selection?.rangeCount && selection.getRangeAt(0);
  if (pressed) return;
  if (chosen && !chosen.collapsed && chosen.intersectsNode(text)) {
    const shown = read(text), [from, to] = [place(shown, chosen.startContainer, chosen.startOffset), place(shown, chosen.endContainer, chosen.endOffset)];
    const span = trimmed(shown.text, from, to);
    if (span) return offer(shown, span, false);
  }
  const active = document.activeElement;
  if (panel.contains(active) || (form.contains(active) && form.nextElementSibling === panel)) return;
  offered = "";
  hide();
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(settle, 250);
}

/** Show what follows where the text has the first of some words; nothing where it does not. @param {string} text @param {string} words */
function nearest(text, words) {
  const all = words.trim().split(/\s+/), at = (many) => places(text, all.slice(0, many).join(" "))[0];
  let low = 0;
  for (let high = all.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (at(middle)) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : ` The nearest: “${text.slice(at(low).from, at(low).from + words.length + 9).split("\0")[0].trim()}…”`;
}

text.before(template.content);
document.addEventListener("selectionchange", soon);
document.addEventListener("pointerdown", ({ target, pointerType, button }) => {
  pressed = pointerType === "mouse" && !button && target !== root;
  // Words can be selected under the panel.
  panel.inert = pressed && !panel.contains(target);
});
for (const type of ["pointerup", "pointercancel"]) {
  document.addEventListener(type, () => {
    pressed = panel.inert = false;
    soon();
  });
}
document.addEventListener("keydown", (event) => {
  if (panel.hidden) return;
  if (event.key === "Escape") hide();
  if (event.key !== "Tab") return;
  if (fresh && !event.shiftKey) {
    event.preventDefault();
    panel.focus();
  }
  fresh = false;
});
form.addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const shown = read(text), words = find(form, "input").value, found = places(shown.text, words), many = found.length;
  turn = words === asked ? (turn + 1) % many : 0;
  asked = words;
  const span = many && trimmed(shown.text, found[turn].from, found[turn].to);
  output.textContent = span ? `Place ${turn + 1} of ${many}.` : form.dataset.none + nearest(shown.text, words);
  hide();
  offered = "";
  if (span) offer(shown, span, true);
});
panel.addEventListener("click", async (/** @type {any} */ { target }) => {
  if (target.type !== "button") return;
  if (!target.value) return hide();
  const code = find(panel, `.${target.value}`);
  let done = true;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    // Without HTTPS there is no such clipboard.
    getSelection()?.selectAllChildren(code);
    done = document.execCommand("copy");
  }
  said.textContent = target.textContent = done ? "Copied" : "Press Ctrl+C";
});
