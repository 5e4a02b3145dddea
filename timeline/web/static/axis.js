// @ts-check
// The axis: which instants are marked, and what is written there in the reader's language. From minutes to millions of
// years. Owns the choice of unit and the words. Knows the width in pixels, but draws nothing.

import { asDate, civil, dayNumber, MINUTES } from "./calendar.js";


/** The room that a label needs, in pixels. */
const ROOM = 84;
const YEAR = 365.2425;
/** Steps: the unit, how many of it, and about how many days that is. @type {[string, number, number][]} */
const STEPS = [
  ...[1, 5, 15, 30].map((n) => /** @type {[string, number, number]} */ (["minute", n, n / MINUTES])),
  ...[1, 3, 6, 12].map((n) => /** @type {[string, number, number]} */ (["hour", n, n / 24])),
  ...[1, 2, 7].map((n) => /** @type {[string, number, number]} */ (["day", n, n])),
  ...[1, 3, 6].map((n) => /** @type {[string, number, number]} */ (["month", n, n * 30.44])),
];
const BCE = { en: "BCE" };

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} locale @param {Intl.DateTimeFormatOptions} options */
function format(locale, options) {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { calendar: "gregory", timeZone: "UTC", ...options });
    formats.set(key, found);
  }
  return found;
}

/** Name a year; those before 1 and beyond 9999 too. @param {number} year @param {string} locale @param {boolean} [era] say CE as well */
export function yearName(year, locale, era = false) {
  const shown = year < 1 ? 1 - year : year;
  const number = new Intl.NumberFormat(locale, { useGrouping: shown > 9999 }).format(shown);
  if (year >= 1 && !era) return number;
  if (locale.startsWith("en")) return `${number} ${year < 1 ? BCE.en : "CE"}`;
  // Where the era stands, and how it is written, is the language's own: only the number is put in.
  const sample = /** @type {Date} */ (asDate(dayNumber(year < 1 ? -4 : 5, 6)));
  const parts = format(locale, { year: "numeric", era: "short" }).formatToParts(sample);
  return parts.map((part) => (part.type === "year" ? number : part.value)).join("");
}

/** Say an instant in the reader's language, as exactly as the unit. @param {number} at @param {string} unit @param {string} locale */
export function said(at, unit, locale) {
  const [year] = civil(at);
  const date = asDate(at);
  if (unit === "year" || !date) return yearName(year, locale, year < 1000);
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { year: "numeric", month: "long" };
  if (unit !== "month") options.day = "numeric";
  if (unit === "minute" || unit === "hour") Object.assign(options, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (year < 1000) options.era = "short";
  const words = format(locale, options).format(date);
  return locale.startsWith("en") ? words.replace(/\bBC\b/, "BCE").replace(/\bAD\b/, "CE").replace(" at ", ", ") : words;
}

/** @param {number} days how long the window is @param {number} width in pixels @returns {[string, number, number]} */
function step(days, width) {
  const least = (days / Math.max(width, 1)) * ROOM;
  const found = STEPS.find(([, , length]) => length >= least);
  if (found) return found;
  let years = 10 ** Math.floor(Math.log10(least / YEAR));
  if (years < 1) years = 1;
  const times = [1, 2, 5, 10].find((n) => n * years * YEAR >= least) ?? 10;
  return ["year", years * times, years * times * YEAR];
}

/** The unit that a window of this length is read in. @param {Span} window @param {number} width @returns {string} */
export const unitOf = (window, width) => step(window.end - window.start, width)[0];

/** @param {Span} window @param {number} width @param {string} locale @returns {Tick[]} */
export function ticks(window, width, locale) {
  const [unit, many] = step(window.end - window.start, width);
  const era = civil(window.start)[0] < 1;
  /** @type {Tick[]} */
  const found = [];
  for (const at of instants(window, unit, many)) found.push(tick(at, unit, locale, era));
  return found;
}

/** @param {Span} window @param {string} unit @param {number} many @returns {Generator<number>} */
function* instants({ start, end }, unit, many) {
  const [year, month] = civil(start);
  if (unit === "year") {
    // 100 BCE is the year -99: a step before the era is counted in its own years.
    for (let n = Math.floor((year - 1) / many) * many; ; n += many) {
      const at = dayNumber(n < 0 ? n + 1 : Math.max(n, 1), 1);
      if (at > end) return;
      if (at >= start) yield at;
    }
  }
  if (unit === "month") {
    for (let n = year * 12 + Math.floor((month - 1) / many) * many; ; n += many) {
      const at = dayNumber(Math.floor(n / 12), (((n % 12) + 12) % 12) + 1);
      if (at > end) return;
      if (at >= start) yield at;
    }
  }
  if (unit === "day") {
    // Within each month from its first day, so that the days keep their numbers.
    for (let n = year * 12 + month - 1; ; n += 1) {
      const first = dayNumber(Math.floor(n / 12), (((n % 12) + 12) % 12) + 1);
      const next = dayNumber(Math.floor((n + 1) / 12), ((((n + 1) % 12) + 12) % 12) + 1);
      for (let at = first; at < next - (many > 1 ? many / 2 : 0); at += many) {
        if (at > end) return;
        if (at >= start) yield at;
      }
    }
  }
  const minutes = unit === "hour" ? many * 60 : many;
  const day = Math.floor(start);
  for (let n = 0; ; n += 1) {
    const at = day + (n * minutes) / MINUTES;
    if (at > end) return;
    if (at >= start) yield at;
  }
}

/** @param {number} at @param {string} unit @param {string} locale @param {boolean} era @returns {Tick} */
function tick(at, unit, locale, era) {
  const [year, month, day] = civil(at + 0.5 / MINUTES);
  const date = asDate(at);
  if (unit === "year" || !date || (unit === "month" && month === 1)) {
    return { at, label: yearName(year, locale, era && year > 0 && year < 1000), major: unit !== "year" || year === 1 };
  }
  if (unit === "month") return { at, label: format(locale, { month: "short" }).format(date), major: false };
  const midnight = Math.abs(at - Math.round(at)) < 0.25 / MINUTES;
  if (unit === "day" || midnight) {
    const major = unit !== "day" || day === 1;
    return { at, label: format(locale, { day: "numeric", month: "short" }).format(date), major };
  }
  return { at, label: format(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date), major: false };
}

/** Say what a window is in: the larger unit that the labels leave out. @param {Span} window @param {number} width @param {string} locale */
export function context(window, width, locale) {
  const unit = unitOf(window, width);
  if (unit === "year") return "";
  return said(window.start, unit === "month" ? "year" : unit === "day" ? "month" : "day", locale);
}
