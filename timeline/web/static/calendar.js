// @ts-check
// Days as numbers: 1 is 0001-01-01 in the proleptic Gregorian calendar, 1.5 its noon; 0 and below are BCE. Years are
// astronomical: 0 is 1 BCE. Owns that arithmetic, and instants as text in the address. Knows nothing of pixels or words.

const DAYS_IN_400_YEARS = 146097;
export const MINUTES = 1440;
/** The number of 1970-01-01, where JavaScript begins to count. */
const EPOCH = 719163;
/** The furthest days that a Date can hold. */
const DATE_LIMIT = 1e8;

/** @param {number} year @param {number} month 1 to 12 */
export function dayNumber(year, month, day = 1) {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const inEra = y - era * 400;
  const inYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * DAYS_IN_400_YEARS + inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear - 305;
}

/** The inverse of dayNumber. @param {number} instant @returns {[number, number, number]} year, month, day */
export function civil(instant) {
  const z = Math.floor(instant) + 305;
  const era = Math.floor(z / DAYS_IN_400_YEARS);
  const inEra = z - era * DAYS_IN_400_YEARS;
  const years = Math.floor((inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36524) - Math.floor(inEra / 146096)) / 365);
  const inYear = inEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const m = Math.floor((5 * inYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return [years + era * 400 + (month <= 2 ? 1 : 0), month, inYear - Math.floor((153 * m + 2) / 5) + 1];
}

/** @param {number} instant @returns {Date | null} the same instant, where a Date can hold it */
export function asDate(instant) {
  const days = instant - EPOCH;
  return Math.abs(days) < DATE_LIMIT ? new Date(Math.round(days * MINUTES) * 60000) : null;
}

/** @returns {number} this moment, by the reader's own clock */
export function now() {
  const at = new Date();
  return dayNumber(at.getFullYear(), at.getMonth() + 1, at.getDate()) + (at.getHours() * 60 + at.getMinutes()) / MINUTES;
}

const padded = (n, width) => (n < 0 ? "-" : "") + String(Math.abs(n)).padStart(width, "0");

/** Write an instant, to the minute where it is not midnight. @param {number} instant @returns {string} */
export function written(instant) {
  const minutes = Math.round((instant - Math.floor(instant)) * MINUTES);
  const [year, month, day] = civil(Math.floor(instant) + (minutes === MINUTES ? 1 : 0));
  const time = minutes % MINUTES ? `T${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}` : "";
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}${time}`;
}

/** Write a day as a filter takes it; beyond four digits only years can be written. @param {number} instant @returns {string} */
export function day(instant) {
  const [year] = civil(instant);
  return Math.abs(year) > 9999 ? String(year) : written(Math.floor(instant));
}

/** Write a window, and all minutes or days of which any part is in it. @param {{start: number, end: number}} window @returns {string} */
export function writtenWindow({ start, end }) {
  // Nobody sees minutes then.
  const coarse = end - start > 60;
  const [most, slack] = [coarse ? 1 : MINUTES, coarse ? 0 : 1e-3];
  const first = Math.floor(start * most + slack);
  const at = [first, Math.max(Math.ceil(end * most - slack), first + 1)].map((part) => part / most);
  return `${written(at[0])}/${written(at[1])}`;
}
