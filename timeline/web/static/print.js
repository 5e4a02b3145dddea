// @ts-check
// On paper: the whole timeline, not the window. Owns the exchange of one for the other while the page is printed.

/** The width of the drawing on paper, in pixels. */
const PAPER = 680;

/**
 * @param {import("./drawing.js").Drawing} drawing @param {() => Promise<View>} fetchWhole
 * @returns {() => void} to be called when another timeline is shown
 */
export function print(drawing, fetchWhole) {
  /** @type {View | null} */
  let whole = null;
  let restore = () => {};
  addEventListener("beforeprint", () => {
    const { window, supply } = drawing;
    const { data } = supply;
    drawing.view.style.inlineSize = `${PAPER}px`;
    if (whole) {
      supply.data = whole;
      drawing.window = drawing.whole;
    }
    drawing.draw();
    restore = () => {
      drawing.view.style.inlineSize = "";
      drawing.window = window;
      supply.data = data;
      drawing.draw();
    };
  });
  addEventListener("afterprint", () => restore());
  return () => {
    whole = drawing.isWhole(drawing.window) ? drawing.supply.data : null;
    // A printer does not wait: what it will need is fetched when there is time for it.
    if (!whole) setTimeout(() => fetchWhole().then((view) => (whole = view), () => {}), 1000);
  };
}
