// @ts-check
// The elements of the drawing: a lane, a happening, a count, the axis. Owns what they are made of, and the classes and
// signs that say how vague a date is and how sure a happening; the style sheet owns how those look. Places nothing in time.

import { context, said, ticks, unitOf } from "./axis.js";
import { now } from "./calendar.js";
import { CHIPS, span } from "./layout.js";
import { inWords } from "./spoken.js";

/** The sign of each mark, and what it says. @type {Record<string, [string, string]>} */
const MARKS = {
  near: ["≈", "near"],
  retracted: ["✕", "retracted"],
  disputed: ["≠", "disputed"],
  corrected: ["↻", "corrected"],
  claimed: ["“", "a claim"],
  single: ["①", "single source"],
};

/** @param {string} tag @param {string} name @param {string} [text] @returns {any} */
export const make = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });

/** Put elements into their order, moving none that need not be: one that is moved loses the focus. @param {any} parent @param {any[]} children */
export function arrange(parent, children) {
  let next = parent.firstChild;
  for (const child of children) {
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
  while (next) {
    const rest = next.nextSibling;
    next.remove();
    next = rest;
  }
}

const px = (n) => `${n}px`;

/** @param {Item} item */
export function classes({ how, about, perhaps, start, end, marks = [] }) {
  const names = ["item", how, about && "about", perhaps && "perhaps", start && `start-${start}`, end && `end-${end}`];
  return [...names, ...marks.map((mark) => `is-${mark}`)].filter(Boolean).join(" ");
}

/** Say when, and what. @param {Item} item @param {string} locale */
export const named = ({ edtf, words, title }, locale) => `${inWords(edtf, locale) ?? words ?? edtf}: ${title}`;

/** @param {string} label */
export function lane(label) {
  const element = make("section", "lane");
  if (label) {
    element.setAttribute("aria-label", label);
    const name = make("p", "lane-name");
    name.append(make("bdi", "", label));
    element.append(name);
  }
  return element;
}

/** @param {Item} item @param {string} href @param {string} locale */
export function happening(item, href, locale) {
  const element = make("div", "");
  const link = make("a", "");
  const marks = item.marks ?? [];
  const spoken = marks.map((mark) => MARKS[mark][1]).join(", ");
  const words = `${named(item, locale)}${spoken && ` (${spoken})`}`;
  Object.assign(link, { href, tabIndex: -1, title: words, ariaLabel: words });
  link.dataset.id = item.id;
  const label = make("span", "label");
  const signs = (item.perhaps ? "?" : "") + (item.about ? "~" : "") + marks.filter((mark) => mark !== "single").map((mark) => MARKS[mark][0]).join("");
  if (signs) label.append(make("span", "signs", signs));
  label.append(Object.assign(make("span", "text", item.title), { dir: "auto" }));
  link.append(make("i", "bar"), label);
  element.append(link);
  return element;
}

/** Put a happening in its place. @param {any} element @param {Box} box @param {number} width @param {boolean} focused */
export function place(element, { item, top, from, to, point, out, flip, label }, width, focused) {
  // Far outside nothing is seen, and browsers lose count.
  const [left, right] = [Math.max(from, -40), Math.min(to, width + 40)];
  const says = { spot: point, out, flip, past: from < -1, on: to > width + 1, focused };
  element.className = [classes(item), ...Object.entries(says).map(([name, so]) => so && name)].filter(Boolean).join(" ");
  Object.assign(element.style, { insetInlineStart: px(left), insetBlockStart: px(top), inlineSize: px(Math.max(0, right - left)) });
  const link = element.firstChild;
  link.style.setProperty("--shift", px(out ? 0 : Math.max(0, -left)));
  link.lastChild.style.maxInlineSize = px(label);
  if (item.c === undefined && item.d === undefined) return;
  const [a, b] = span(item);
  const share = (day) => Math.min(1, Math.max(0, (day - a) / (b - a))) * 100;
  link.style.setProperty("--core-start", `${item.c === undefined ? 0 : share(item.c)}%`);
  link.style.setProperty("--core-end", `${item.d === undefined ? 0 : 100 - share(item.d + 1)}%`);
}

export function count() {
  const element = make("div", "chip");
  const button = Object.assign(make("button", ""), { type: "button", tabIndex: -1 });
  button.append(make("i", ""), make("span", ""));
  element.append(button);
  return element;
}

/** @param {any} element @param {Chip} chip @param {number} most @param {string} about @param {string} locale */
export function tell(element, { at, width, count, start, end }, most, about, locale) {
  const button = element.firstChild;
  Object.assign(element.style, { insetInlineStart: px(at), inlineSize: px(width), blockSize: `${CHIPS / 16}rem` });
  button.firstChild.style.blockSize = `${(3 + Math.sqrt(count / most) * (CHIPS - 22)) / 16}rem`;
  const compact = /** @type {Intl.NumberFormatOptions} */ (count < 10000 ? {} : { notation: "compact", maximumSignificantDigits: 2 });
  button.lastChild.textContent = new Intl.NumberFormat(locale, compact).format(count);
  Object.assign(button.dataset, { start, end });
  const unit = unitOf({ start, end }, 200);
  const period = [start, end].map((instant) => said(instant, unit, locale)).join(" – ");
  const many = `${about}${new Intl.NumberFormat(locale).format(count)} happening${count === 1 ? "" : "s"}`;
  button.title = button.ariaLabel = `${many}, ${period}: look closer`;
}

/** @param {Span} window @param {number} width @param {string} locale @returns {HTMLElement[]} */
export function axis(window, width, locale) {
  const scale = width / (window.end - window.start);
  const mark = (name, instant, label = "") => {
    const at = (instant - window.start) * scale;
    const element = make("span", name);
    if (at < width - 48) element.append(make("bdi", "", label));
    element.style.insetInlineStart = px(at);
    return element;
  };
  const marks = ticks(window, width, locale).map(({ at, label, major }) => mark(major ? "tick major" : "tick", at, label));
  const today = now();
  if (today > window.start && today < window.end) marks.push(mark("today", today));
  return [make("bdi", "axis-context", context(window, width, locale)), ...marks];
}
