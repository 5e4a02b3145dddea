// @ts-check
// Dates in the reader's language. Owns what can be said exactly in any language: a year, a month, a day, a time, and an
// interval of two of these. Any other date keeps the words that the server wrote.

import { dayNumber } from "./calendar.js";
import { timeName } from "./axis.js";

const PLAIN = /^(-?\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d))?)?)?$/;

/** @returns {string} the language of the reader's browser; English dates are written as the server writes them, the day first */
export const locale = () => (navigator.language || "en").replace(/^en\b.*/, "en-GB");

/** @param {string} edtf @param {string} language @returns {string | null} null where only the server's words will do */
export function inWords(edtf, language) {
  const parts = edtf.split("/");
  if (parts.length > 2) return null;
  const words = parts.map((part) => plain(part, language));
  return words.includes(null) ? null : words.join(" – ");
}

/** @param {string} text @param {string} language @returns {string | null} */
function plain(text, language) {
  const match = PLAIN.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (month !== undefined && month > 12) return null;
  const at = dayNumber(year ?? 0, month ?? 1, day ?? 1) + ((hour ?? 0) * 60 + (minute ?? 0)) / 1440;
  return timeName(at, hour !== undefined ? "minute" : day ? "day" : month ? "month" : "year", language);
}

/** Put the dates of a part of the page into the reader's language; pages are written in English. @param {ParentNode} part */
export function translate(part) {
  const language = locale();
  if (language.startsWith("en")) return;
  for (const element of part.querySelectorAll("time[datetime], [data-edtf]")) {
    const edtf = element.getAttribute("data-edtf") ?? element.getAttribute("datetime") ?? "";
    const words = inWords(edtf, language);
    if (words === null) continue;
    element.textContent = words;
    element.setAttribute("lang", language);
    element.setAttribute("dir", "auto");
  }
}
