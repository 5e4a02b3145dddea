// @ts-check
// On paper: the whole timeline, not the window. Owns the exchange of one for the other while the page is printed.


/** The width of the drawing on paper, in pixels. */
const PAPER = 680;

/** @param {import('./drawing.js').Drawing} drawing @param {() => Promise<any>} fetchWhole */
export function print(drawing, fetchWhole) {
  /** @type {any} */
  let whole = null;
  // A printer does not wait: what it needs is fetched when there is time for it.
  const fetch = () => {
    if (!drawing.isWhole(drawing.window)) fetchWhole().then((view) => (whole = view)).catch(() => {});
  };
  (window.requestIdleCallback ?? setTimeout)(() => setTimeout(fetch, 800));
  /** @type {(() => void) | null} */
  let restore = null;
  addEventListener("beforeprint", () => {
    const { window: looked, data } = drawing;
    drawing.view.style.inlineSize = `${PAPER}px`;
    if (!drawing.isWhole(looked) && whole) drawing.data = whole;
    drawing.window = drawing.whole;
    drawing.draw();
    restore = () => {
      drawing.view.style.inlineSize = "";
      Object.assign(drawing, { window: looked, data });
      drawing.draw();
    };
  });
  addEventListener("afterprint", () => restore?.());
}
