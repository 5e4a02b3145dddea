// @ts-check
/**
 * From words of an archived text to a citation of them, as Python and as YAML.
 *
 * Owns what can be quoted, and what tells it apart from the same words elsewhere, as timeline/quotes sees it; a NUL is text
 * that is not known. Must not touch the page.
 *
 * @typedef {{from: number, to: number}} Span
 * @typedef {{quote: string, prefix?: string, suffix?: string}} Words
 */

const UNSEEN = "\\xad\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff";
const INVISIBLE = new RegExp(`[${UNSEEN}]`), SPACE = /[\0\p{White_Space}]/u;
const MARK = new RegExp(`[${UNSEEN}]*[\\p{M}\\u1160-\\u11ff\\ud7b0-\\ud7ff\\u{16d67}\\u{16d68}]`, "uy");
const BLANKS = new RegExp(`[${UNSEEN}\\p{M}\\p{White_Space}]`, "gu");
const folds = new Map();

/**
 * Leave out white space at the ends, and part no character from its marks.
 * @param {string} text @param {number} from @param {number} to @returns {Span | null}
 */
export function trimmed(text, from, to) {
  while (from < to && SPACE.test(text[from])) from++;
  while (from < to && SPACE.test(text[to - 1])) to--;
  while (parts(text, from)) from--;
  while (parts(text, to)) to++;
  return text.slice(from, to).replace(BLANKS, "") && { from, to } || null;
}

/** Name what keeps words from being quoted, if anything does. @param {string} quote */
export const hindrance = (quote) => quote.includes("\0") ? "gap" : /[\x01-\x08\v\f\x0e-\x1f\x7f]/.test(quote) ? "control" : "";

/**
 * Give words, with what stands around them where that is needed to tell them apart, or `always`.
 * @param {string} text @param {Span} span @param {boolean} always @returns {Words}
 */
export function cited(text, { from, to }, always) {
  const quote = text.slice(from, to);
  if (!always && spans(alike(text), alike(quote).trim(), 2).length < 2) return { quote };
  const all = always ? "" : folded(text).bare;
  const first = text.lastIndexOf("\0", from) + 1, last = `${text}\0`.indexOf("\0", to);
  for (let size = 32; ; size *= 2) {
    const start = Math.max(first, from - size), end = Math.min(last, to + size);
    let [prefix, suffix] = [trimmed(text, start, from), trimmed(text, to, end)].map((span) => span ? text.slice(span.from, span.to) : "");
    // Whole words, but at the ends of the text all of them.
    if (start > first) prefix = prefix.replace(/^\P{White_Space}{0,12}\p{White_Space}+/u, "");
    if (end < last) suffix = suffix.replace(/\p{White_Space}+\P{White_Space}{0,12}$/u, "");
    if (always || size > text.length || spans(all, folded(prefix + quote + suffix).bare, 2).length === 1) {
      return { quote, ...(prefix && { prefix }), ...(suffix && { suffix }) };
    }
  }
}

/** @param {string} source @param {Words} words */
export const python = (source, { quote, ...around }) =>
  `timeline.source(${literal(source)}).quote(${[literal(quote), ...named(around, "=")].join(", ")})`;

/** @param {string} source @param {Words} words */
export const yaml = (source, words) =>
  `- {source: ${[/^(?!null$)[a-z0-9][\w.-]*$/i.test(source) ? source : literal(source), ...named(words, ": ")].join(", ")}}`;

/** @param {{}} words @param {string} sign */
const named = (words, sign) => Object.entries(words).map(([name, text]) => name + sign + literal(text));

/** Write a text as both Python and YAML read it; what Python would not print is escaped. @param {string} text */
const literal = (text) => JSON.stringify(text).replace(/(?! )[\p{C}\p{Z}]/gu, (char) => {
  const code = char.codePointAt(0)?.toString(16) ?? "";
  return char.length > 1 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
});

/**
 * Find typed words: as they are, else whatever their case, marks, spaces, ligatures, quotation marks and dashes.
 * @param {string} text @param {string} typed
 */
export function places(text, typed) {
  const exact = spans(text, typed.trim()), { bare, at } = folded(text);
  return exact.length ? exact : spans(bare, folded(typed).bare).map(({ from, to }) => ({ from: at[from], to: at[to - 1] + 1 }));
}

/** @param {string} text @param {string} words */
function spans(text, words, most = Infinity) {
  const found = /** @type {Span[]} */ ([]), { length } = words;
  for (let from = text.indexOf(words); length && from >= 0 && found.length < most; from = text.indexOf(words, from + 1)) {
    found.push({ from, to: from + length });
  }
  return found;
}

/** Fold no less than timeline/quotes, so that what is told apart here is there; `at`: where each was. @param {string} text */
function folded(text) {
  const bare = /** @type {string[]} */ ([]), at = /** @type {number[]} */ ([]);
  let place = 0;
  for (const char of text) {
    if (!folds.has(char)) folds.set(char, fold(char));
    for (const unit of folds.get(char).split("")) at[bare.push(unit) - 1] = place;
    place += char.length;
  }
  return { bare: bare.join(""), at };
}

/** @param {string} char */
const fold = (char) => typed(char).normalize("NFD").toLowerCase().replace(BLANKS, "");

/** Fold as timeline/quotes does, at the loosest grade. @param {string} text */
const alike = (text) => typed(text.replace(new RegExp(INVISIBLE, "g"), "").normalize("NFC").replace(/\p{White_Space}+/gu, " "));

/** Write ligatures, quotation marks and dashes as a keyboard has them. @param {string} text */
const typed = (text) => text.replace(/[ﬀ-ﬆ]/g, (ligature) => ligature.normalize("NFKC"))
  .replace(/[‘-‛]/g, "'").replace(/[“-‟]/g, '"').replace(/[‐-―−]/g, "-");

/** Say whether a cut would part a character from its marks or its other half. @param {string} text @param {number} at */
function parts(text, at) {
  if (at && /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(at - 1, at + 1))) return true;
  MARK.lastIndex = at;
  if (!MARK.test(text)) return false;
  while (at && INVISIBLE.test(text[at - 1])) at--;
  return at > 0 && !SPACE.test(text[at - 1]);
}
