// @ts-check
/**
 * From what is selected on the page to the archived text, and back.
 *
 * Owns how the page's paragraphs are read: with the white space between them, a NUL where text is left out, and without
 * the numbers of notes. Must not know what the words are for. Places count UTF-16 units, `character` code points.
 *
 * @typedef {{node: Text, at: number, character: number}} Part  a run of the text, and where it begins
 * @typedef {{text: string, parts: Part[], changed: boolean}} Shown  `changed`: by the browser, as a translation does
 */

/** Read the text that an element shows. @param {Element} element @returns {Shown} */
export function read(element) {
  const texts = [], parts = [];
  let at = 0, changed = false;
  for (const p of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("p[data-start]"))) {
    const before = p.dataset.before ?? "\0", walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    let character = Number(p.dataset.start);
    at = texts.push(before) && at + before.length;
    while (walker.nextNode()) {
      const node = /** @type {Text} */ (walker.currentNode);
      if (node.parentElement?.closest(".ref")) continue;
      parts.push({ node, at, character });
      texts.push(node.data);
      at += node.length;
      character += characters(node.data);
    }
    changed ||= character !== Number(p.dataset.end);
  }
  return { text: texts.join(""), parts, changed };
}

/** Give the nearest place at or before a point of the page. @param {Shown} shown @param {Node} node @param {number} offset */
export function place({ parts }, node, offset) {
  const point = new Range();
  point.setStart(node, offset);
  const part = parts.findLast((part) => point.comparePoint(part.node, 0) <= 0);
  return part ? part.at + (part.node === node ? offset : part.node.length) : 0;
}

/** Give a place in code points into the archived text. @param {Shown} shown @param {number} at */
export function character({ text, parts }, at) {
  const part = parts.findLast((part) => part.at <= at) ?? parts[0];
  return part.character + characters(text.slice(part.at, at));
}

/** Give the range of the page between two places. @param {Shown} shown @param {number} from @param {number} to */
export function range({ parts }, from, to) {
  const found = new Range();
  for (const { node, at } of parts) {
    if (at <= from) found.setStart(node, Math.min(from - at, node.length));
    if (at < to) found.setEnd(node, Math.min(to - at, node.length));
  }
  return found;
}

/** @param {string} text */
const characters = (text) => text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
