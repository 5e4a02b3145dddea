// @ts-check
// How wide words are, at the reader's own font size. Owns the measuring, and remembers it.

const LONG = 120;

/** @param {HTMLElement} element whose font the words are in @returns {{unit: () => number, measure: (text: string) => number}} */
export function pen(element) {
  const canvas = /** @type {any} */ (document.createElement("canvas").getContext("2d"));
  const widths = new Map();
  let font = "";
  return {
    /** How many times 14 pixels, what the style sheet gives at the usual size, the font is. */
    unit() {
      const { fontSize, fontFamily } = getComputedStyle(element);
      if (font !== `${fontSize} ${fontFamily}`) {
        font = `${fontSize} ${fontFamily}`;
        canvas.font = font;
        widths.clear();
      }
      return parseFloat(fontSize) / 14;
    },
    measure(text) {
      if (!widths.has(text)) {
        // Of a very long text the beginning tells enough: no label shows all of it.
        const beginning = text.slice(0, LONG);
        widths.set(text, (canvas.measureText(beginning).width * text.length) / (beginning.length || 1) + 8);
      }
      return widths.get(text);
    },
  };
}
