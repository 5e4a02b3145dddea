// @ts-check
// The elements of the drawing: a lane, a happening, a count, the axis. Owns what they are made of, and the classes and
// signs that say how vague a date is and how sure a happening; the style sheet owns how those look. Places nothing in time.

import { compact, context, inWords, number, periodName, timeName, ticks, unitOf } from "./axis.js";
import { now } from "./calendar.js";
import { CHIPS, ROW, span } from "./layout.js";

/** The sign of each mark, and what it says. @type {Record<string, [string, string]>} */
const MARKS = {
  near: ["≈", "near"],
  retracted: ["✕", "retracted"],
  disputed: ["≠", "disputed"],
  corrected: ["↻", "corrected"],
  claimed: ["“", "a claim"],
  single: ["①", "single source"],
  new: ["✦", "new"],
};
const DAYS_OF_A_YEAR = 365.2425;

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

/** Give an element a style, where it has another: each that is given is reckoned with. @param {any} element @param {string} style */
export function styled(element, style) {
  if (element.styled !== style) element.style.cssText = element.styled = style;
}

/** Make the children of an element those that are described, out of those that are there. @param {any} parent @param {Mark[]} marks */
export function fill(parent, marks) {
  marks.forEach(({ name, style, text, title = "" }, number) => {
    const element = parent.children[number] ?? parent.appendChild(make("span", ""));
    if (element.className !== name) element.className = name;
    if (element.title !== title) element.title = title;
    styled(element, style);
    if (text === undefined) element.firstChild?.remove();
    else if (element.firstChild?.textContent !== text) element.replaceChildren(make("bdi", "", text));
  });
  while (parent.children.length > marks.length) parent.lastChild.remove();
}

/** Say when, and what. @param {Item} item */
export const named = (item) => `${inWords(item)}: ${item.title}`;

/** @param {string} label */
export function lane(label) {
  const element = make("section", "lane");
  if (label) {
    element.ariaLabel = label;
    const name = make("p", "lane-name");
    name.append(make("bdi", "", label));
    element.append(name);
  }
  return element;
}

/** @param {Item} item @param {string} href @param {string[]} kinds those that have a colour */
export function happening(item, href, kinds) {
  const element = make("div", "");
  const link = make("a", "");
  const marks = item.marks ?? [];
  const spoken = marks.map((mark) => MARKS[mark][1]).join(", ");
  const words = `${named(item)}${spoken && ` (${spoken})`}`;
  Object.assign(link, { href, tabIndex: -1, title: words, ariaLabel: words });
  link.dataset.id = item.id;
  const label = make("span", "label");
  const signs = (item.perhaps ? "?" : "") + (item.about ? "~" : "") + marks.filter((mark) => mark !== "single").map((mark) => MARKS[mark][0]).join("");
  if (signs) label.append(make("span", "signs", signs));
  label.append(Object.assign(make("span", "text", item.title), { dir: "auto" }));
  link.append(make("i", "bar"), label);
  element.append(link);
  if (kinds.length) element.dataset.kind = String(kinds.indexOf(item.kind ?? "") + 1);
  return element;
}

/** Write the date above the title, where there is none yet. @param {any} element @param {Item} item */
export function when(element, item) {
  const [bar, next] = element.firstChild.children;
  if (next.className !== "when") bar.after(make("span", "when", inWords(item)));
}

/** Give the classes that say what is known of a happening, and others that hold. @param {any} element @param {Item} item @param {Record<string, boolean>} also */
export function dress(element, item, also) {
  const vague = item.c !== undefined || item.d !== undefined;
  const { how, about, perhaps, start, end, marks = [] } = item;
  const all = { ...also, about, perhaps, vague, [`start-${start}`]: start, [`end-${end}`]: end };
  const name = ["item", how, ...Object.keys(all).filter((one) => all[one]), ...marks.map((mark) => `is-${mark}`)].join(" ");
  if (element.className !== name) element.className = name;
  if (!vague) return;
  const [a, b] = span(item);
  const share = (day) => Math.min(1, Math.max(0, (day - a) / (b - a))) * 100;
  styled(element.firstChild.firstChild, `--core-start:${item.c === undefined ? 0 : share(item.c)}%;--core-end:${item.d === undefined ? 0 : 100 - share(item.d + 1)}%`);
}

/** Put a happening in its place. @param {any} element @param {Box} box @param {number} width @param {number} unit @param {boolean} focused */
export function place(element, { item, top, from, to, point, side, lines, label, pull }, width, unit, focused) {
  // Far outside nothing is seen, and browsers lose count.
  const [left, right] = [Math.max(from, -40), Math.min(to, width)];
  const out = side === "right" || side === "left";
  const link = element.firstChild;
  dress(element, item, { spot: point, out, flip: side === "left", bare: side === "none", two: lines > 1, stub: label < 24 * unit, signed: link.lastChild.childElementCount > 1, on: to > width + 1, focused });
  styled(element, `inset-block-start:${top}px;inset-inline-start:${left}px;inline-size:${Math.max(0, right - left)}px;block-size:${(lines * ROW - 2) * unit}px`);
  styled(link, out || left >= 0 ? "" : `--shift:${-left}px`);
  styled(link.lastChild, side === "none" ? "" : `max-inline-size:${label}px${lines > 1 ? `;inline-size:${label}px` : ""}${out && pull ? `;margin-inline-${side === "left" ? "end" : "start"}:${-pull}px` : ""}`);
}

export function count() {
  const element = make("div", "chip");
  const button = make("button", "");
  button.append(make("i", ""), make("span", ""));
  element.append(button);
  return element;
}

/** @param {any} element @param {Chip} chip @param {number} most @param {string} about */
export function tell(element, { lane, at, width, from, to, count, start, end }, most, about) {
  const button = element.firstChild;
  styled(element, `inset-inline-start:${at}px;inline-size:${width}px;block-size:${CHIPS / 16}rem`);
  styled(button.firstChild, `margin-inline-start:${from - at}px;inline-size:${Math.max(4, to - from)}px;block-size:${(3 + Math.sqrt(count / most) * (CHIPS - 22)) / 16}rem`);
  button.lastChild.textContent = count < 1e4 ? number(count) : compact(count);
  Object.assign(button.dataset, { lane, start, end, count });
  const period = periodName({ start, end }, unitOf({ start, end }, 200).replace("hour", end - start < 1 ? "minute" : "day"));
  button.title = button.ariaLabel = `${manyOf(count, about)}, ${period}: look closer`;
}

/** Say how many happenings. @param {number} count @param {string} about */
export const manyOf = (count, about) => `${about}${number(count)} happening${count === 1 ? "" : "s"}`;

/** Say for how long nothing happened. @param {number} days */
export function nothing(days) {
  const [many, unit] = days > DAYS_OF_A_YEAR ? [days / DAYS_OF_A_YEAR, "year"] : days > 60 ? [days / 30.44, "month"] : [days, "day"];
  const whole = Math.max(1, Math.floor(many));
  return `${number(whole)} ${unit}${whole === 1 ? "" : "s"} without a happening`;
}

/**
 * Describe the axis: lines through the drawing, and the words below it, which stay in sight.
 * @param {import("./scale.js").Scale} scale @param {Span} window @param {number} width @param {(text: string) => number} measure
 * @returns {{lines: Mark[], words: Mark[]}}
 */
export function axis(scale, window, width, measure) {
  const at = scale.pixels(window, width);
  const from = (/** @type {number} */ start) => `inset-inline-start:${start}px`;
  const [lines, words] = [/** @type {Mark[]} */ ([]), /** @type {Mark[]} */ ([])];
  // From the last to the first: the last has its words, however near the edge.
  let free = width;
  for (const slice of scale.slices(window).reverse()) {
    const room = at(slice.end) - at(slice.start);
    const marks = ticks(slice, room);
    for (const { at: instant, label, major } of marks.reverse()) {
      const needs = measure(label);
      lines.push({ name: major ? "line major" : "line", style: from(at(instant)) });
      const start = Math.min(at(instant) + 4, free - needs);
      if (start < Math.min(at(instant) - needs, at(slice.start) - 4) || start < 0) continue;
      words.push({ name: major ? "tick major" : "tick", style: from(start), text: label });
      free = start - 8;
    }
    const larger = context(slice, room) || (marks.length ? "" : timeName(slice.start, "year"));
    if (larger && room > 40) words.push({ name: "axis-context", style: `${from(at(slice.start))};max-inline-size:${room}px`, text: larger });
  }
  for (const { start, end } of scale.breaks(window)) {
    lines.push({ name: "break", style: `${from(at(start))};inline-size:${at(end) - at(start)}px`, title: nothing(end - start) });
  }
  const today = now();
  if (today > window.start && today < window.end) lines.push({ name: "today", style: from(at(today)) });
  return { lines, words };
}

/** Describe the pale marks of what does not match. @param {[number, number][]} spans @param {(instant: number) => number} at @param {number} width @returns {Mark[]} */
export function others(spans, at, width) {
  return spans.flatMap(([start, end]) => {
    const [from, to] = [Math.max(0, at(start)), Math.min(width, at(end))];
    return from >= width || to <= 0 ? [] : [{ name: "other", style: `inset-inline-start:${from}px;inline-size:${Math.max(5, to - from)}px` }];
  });
}

/** Describe the shades over what is beside the period that is asked for. @param {Overview["period"]} period @param {(instant: number) => number} at @param {number} width @returns {Mark[]} */
export function beside(period, at, width) {
  const [start, end] = period ?? [];
  const [from, to] = [start == null ? 0 : at(start), end == null ? width : at(end)];
  const shades = /** @type {[string, number][]} */ ([["before", from], ["after", width - to]]);
  return shades.filter(([, room]) => room > 0).map(([side, room]) => ({ name: `beside ${side}`, style: `inline-size:${Math.min(room, width) + 2}px` }));
}
