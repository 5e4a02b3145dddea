// @ts-check
// The words around the drawing: which window it is and how many happenings are in it, and which colour is which kind. Owns those
// words. Counts nothing.

import { number, periodName, unitOf } from "./axis.js";
import { make, manyOf } from "./marks.js";

/**
 * Say when a window is, and what is in it.
 * @param {Span} window @param {number} width
 * @param {{here: number | null, may: number | null, unplaced: number, outside: number, exact: boolean}} counts drawn in the window; that may
 * fall in it; without a day; that match and are drawn elsewhere
 * @returns {[string, string]}
 */
export function caption({ start, end }, width, { here, may, unplaced, outside, exact }) {
  const when = periodName({ start, end }, unitOf({ start, end }, width).replace("hour", "day"));
  if (here === null) return [when, "…"];
  const words = [manyOf(here, exact ? "" : "about ")];
  const more = Math.max(0, (may ?? 0) - here);
  // To nothing, there is no more.
  if (more && more !== unplaced) words.push(`${number(more)} ${here ? "more " : ""}may fall here`);
  else if (unplaced) words.push(`${number(unplaced)} more without a day to be drawn at`);
  if (outside) words.push(`${number(outside)} outside this window`);
  return [when, words.join("; ")];
}

/** Name the colours of the kinds that there are; each switches its kind off and on. @param {Overview} overview @param {Source} source */
export function kinds({ kinds = [], absent = [] }, source) {
  const off = source.off?.(kinds);
  return (kinds.length ? [...kinds, ""] : []).map((kind, number) => {
    const element = make("li", "");
    element.dataset.kind = kind ? number + 1 : 0;
    element.hidden = absent.includes(kind) && !off?.includes(kind);
    element.append(Object.assign(make("button", "plain", kind || "other"), { dir: "auto", value: kind, ariaPressed: String(!off?.includes(kind)) }));
    return element;
  });
}
