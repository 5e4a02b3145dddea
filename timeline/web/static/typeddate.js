// @ts-check
// A date as people type it, in the few forms that are read without a server. Owns these; the server reads many more.

import { dayNumber, MINUTES } from "./calendar.js";

const TYPED = /^([-−+]?)(\d{1,12})(?:-(\d\d?)(?:-(\d\d?))?)?(?:T(\d\d):(\d\d))?\s*(BCE|BC|CE|AD)?$/i;

/** Read what people type: 2003, 44 BCE, -43, 2025-11, 2025-11-24T04:10. @param {string} text @returns {{start: number, end: number} | null} */
export function typed(text) {
  const match = TYPED.exec(text.trim());
  if (!match) return null;
  const era = (match[7] ?? "").toUpperCase();
  const number = Number(match[2]);
  const year = era.startsWith("B") ? 1 - number : match[1] && match[1] !== "+" ? -number : number;
  const [month, day] = [Number(match[3] ?? 0), Number(match[4] ?? 0)];
  if (month > 12 || (match[3] && !month) || (era && !number)) return null;
  if (match[5] && !day) return null;
  if (!month) return { start: dayNumber(year, 1), end: dayNumber(year + 1, 1) };
  const next = month === 12 ? dayNumber(year + 1, 1) : dayNumber(year, month + 1);
  if (!day) return match[4] ? null : { start: dayNumber(year, month), end: next };
  const start = dayNumber(year, month, day);
  const time = match[5] ? Number(match[5]) * 60 + Number(match[6]) : 0;
  if (start >= next || match[5] > "23" || match[6] > "59") return null;
  return { start: start + time / MINUTES, end: start + (match[5] ? (time + 1) / MINUTES : 1) };
}
