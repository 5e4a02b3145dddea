// @ts-check
// How a happening looks: the classes that say how vague its date is, and the signs that say how sure it is. Owns those
// words and signs; the style sheet owns what they look like. Nothing is told by colour alone.

/** @typedef {import("./layout.js").Item} Item */

/** @type {Record<string, [string, string]>} the sign of each mark, and what it says */
export const MARKS = {
  retracted: ["✕", "retracted"],
  disputed: ["≠", "disputed"],
  corrected: ["↻", "corrected"],
  claimed: ["“", "a claim"],
  single: ["①", "single source"],
};

/** @param {Item} item @returns {string} */
export function classes(item) {
  const names = ["item", item.how];
  if (item.about) names.push("about");
  if (item.perhaps) names.push("perhaps");
  if (item.start) names.push(`start-${item.start}`);
  if (item.end) names.push(`end-${item.end}`);
  for (const mark of item.marks ?? []) names.push(`is-${mark}`);
  return names.join(" ");
}

/** The signs before a label: what is disputed, corrected, claimed or retracted. @param {Item} item @returns {string} */
export const signs = (item) =>
  (item.perhaps ? "?" : "") + (item.marks ?? []).filter((mark) => mark !== "single").map((mark) => MARKS[mark][0]).join("");

/** @param {Item} item @returns {string} what the signs say, for those who do not see them */
export const spoken = (item) => (item.marks ?? []).map((mark) => MARKS[mark][1]).join(", ");
