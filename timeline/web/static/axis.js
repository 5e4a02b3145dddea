// @ts-check
// The axis: the instants that are marked and their labels in English, as the server writes dates, from minutes to millions of years.
// Owns the choice of unit and the words. Knows the width in pixels, but draws nothing.

import { asDate, civil, dayNumber, MINUTES } from "./calendar.js";


/** The room that a label needs, in pixels. */
const LABEL_ROOM = 84;
const DAYS = { minute: 1 / MINUTES, hour: 1 / 24, day: 1, month: 30.44, year: 365.2425 };
// prettier-ignore
/** Steps from tick to tick: the unit, and how many of it. @type {[keyof DAYS, number][]} */
// prettier-ignore
const STEPS = [
  ["minute", 1], ["minute", 5], ["minute", 15], ["minute", 30], ["hour", 1], ["hour", 3], ["hour", 6],
  ["day", 1], ["day", 2], ["day", 7], ["month", 1], ["month", 3], ["month", 6],
];

const MONTHS = "January February March April May June July August September October November December".split(" ");
const THOUSANDS = /\B(?=(\d{3})+$)/g;
/** A year, a month or a day. */
const PLAIN = /^(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?$/;

/** Write a whole number. @param {number} n */
export const number = (n) => String(n).replace(THOUSANDS, ",");

/** Write ten thousand and more in short. @param {number} n */
export function compact(n) {
  const round = Number(n.toPrecision(2));
  return round < 1e6 ? `${round / 1e3}K` : `${round / 1e6}M`;
}

/** Return a year's name, also before year 1 and after 9999. @param {number} year @param {boolean} [era] write CE too */
export function yearName(year, era = false) {
  const shown = year < 1 ? 1 - year : year;
  const name = shown > 9999 ? number(shown) : String(shown);
  return year < 1 ? `${name} BCE` : era ? `${name} CE` : name;
}

/** Return an instant in words, as exact as the unit. @param {number} at @param {string} unit */
export function timeName(at, unit) {
  const [year, month, day] = civil(at + 0.5 / MINUTES);
  const name = yearName(year, year < 1000);
  if (unit === "year" || !asDate(at)) return name;
  return (unit !== "month" ? day + " " : "") + MONTHS[month - 1] + " " + name + (unit === "minute" || unit === "hour" ? ", " + clock(at) : "");
}

/** Return a date in words; the server writes those that are more than a year, a month or a day. @param {Item} item */
export function inWords({ edtf, words }) {
  const [, year, month, day] = PLAIN.exec(edtf) ?? [];
  return words ?? (year ? timeName(dayNumber(+year, +(month ?? 1), +(day ?? 1)), day ? "day" : month ? "month" : "year") : edtf);
}

/** Name a period by its first and its last day, or a longer or shorter unit; it ends before its end. @param {Span} period @param {string} unit */
export function periodName({ start, end }, unit) {
  const last = unit === "minute" ? end : end - 1 / MINUTES;
  const ends = [start, last].map((instant) => timeName(instant, unit));
  if (unit === "minute" && ~~start === ~~last) ends[1] = clock(last);
  return ends[0] === ends[1] ? ends[0] : ends.join(" – ");
}

/** Return the time of day of an instant. @param {number} at */
const clock = (at) => /** @type {Date} */ (asDate(at)).toISOString().slice(-13, -8);

/** @param {number} days how long the window is @param {number} width in pixels @param {number} [room] @returns {[keyof DAYS, number]} */
function step(days, width, room = LABEL_ROOM) {
  const least = (days / Math.max(width, 1)) * room;
  const fit = STEPS.find(([unit, many]) => many * DAYS[unit] >= least);
  if (fit) return fit;
  const years = 10 ** Math.max(0, Math.floor(Math.log10(least / DAYS.year)));
  return ["year", years * ([1, 2, 5].find((n) => n * years * DAYS.year >= least) ?? 10)];
}

/** Return the unit of the labels for a window of this length. @param {Span} window @param {number} width @returns {string} */
export const unitOf = (window, width) => step(window.end - window.start, width)[0];

/** @param {Span} window @param {number} width @returns {Tick[]} */
export function ticks(window, width) {
  const era = civil(window.start)[0] < 1;
  // The names of far years are long.
  const longest = Math.max(...[window.start, window.end].map((at) => yearName(civil(at)[0]).length));
  const [unit, many] = step(window.end - window.start, width, Math.max(LABEL_ROOM, longest * 8));
  return [...instants(window, unit, many)].filter((at) => at >= window.start && at <= window.end).map((at) => tick(at, unit, era));
}

/** The first day of a month, counted from the year 0. */
const monthStart = (n) => dayNumber(Math.floor(n / 12), (((n % 12) + 12) % 12) + 1);

/** @param {Span} window @param {string} unit @param {number} many @returns {Generator<number>} */
function* instants({ start, end }, unit, many) {
  const [year, month] = civil(start);
  let at = -Infinity;
  if (unit === "year") {
    // 100 BCE is the year -99: a step before the era is counted in its own years, and the era begins with its year 1.
    for (let n = Math.floor((year - 1) / many) * many; at <= end; n += many) {
      if (many === 2 && n === 0) continue;
      at = dayNumber(many > 1 && n <= 0 ? n + 1 : n, 1);
      yield at;
    }
  } else if (unit === "month") {
    for (let n = year * 12 + Math.floor((month - 1) / many) * many; at <= end; n += many) yield (at = monthStart(n));
  } else if (unit === "day") {
    // Within each month from its first day, so that the days keep their numbers.
    for (let n = year * 12 + month - 1; at <= end; n += 1) {
      const next = monthStart(n + 1) - (many > 1 ? many / 2 : 0);
      for (at = monthStart(n); at < next; at += many) yield at;
    }
  } else {
    const by = (many * (unit === "hour" ? 60 : 1)) / MINUTES;
    for (let n = 0; at <= end; n += 1) yield (at = Math.floor(start) + n * by);
  }
}

/** @param {number} at @param {string} unit @param {boolean} era @returns {Tick} */
function tick(at, unit, era) {
  const [year, month, day] = civil(at + 0.5 / MINUTES);
  if (unit === "year" || !asDate(at) || (unit === "month" && month === 1)) {
    return { at, label: yearName(year, era && year > 0 && year < 1000), major: unit !== "year" || year === 1 };
  }
  const short = MONTHS[month - 1].slice(0, 3);
  if (unit === "month") return { at, label: short, major: false };
  if (unit === "day" || Math.abs(at - Math.round(at)) < 0.25 / MINUTES) return { at, label: `${day} ${short}`, major: unit !== "day" || day === 1 };
  return { at, label: clock(at), major: false };
}

/** Return the larger unit that the labels leave out: the year, month or day of a window's start. @param {Span} window @param {number} width */
export function context(window, width) {
  const unit = unitOf(window, width);
  if (unit === "year") return "";
  // The days are among the labels where there is a midnight.
  const isWithinDay = unit !== "day" && Math.ceil(window.start) > window.end;
  return timeName(window.start, unit === "month" ? "year" : isWithinDay ? "day" : "month");
}
