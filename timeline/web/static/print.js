// @ts-check
// On paper: the whole timeline, not the window. Owns the exchange of one for the other while the page is printed.

/** The width of the drawing on paper, in pixels. */
const PAPER = 680;

/** Fetch at once: a printer does not wait. @param {string} address @returns {View | null} */
function fetchedAtOnce(address) {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  try {
    request.send();
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

/**
 * @param {import("./drawing.js").Drawing} drawing @param {() => string} address of what the whole holds
 * @returns {() => void} to be called when another timeline is shown
 */
export function print(drawing, address) {
  /** @type {View | null} */
  let whole = null;
  let restore = () => {};
  const sized = (/** @type {string} */ width) => [drawing.root, drawing.view].forEach((one) => (one.style.inlineSize = width));
  addEventListener("beforeprint", () => {
    // On paper an address needs its host; the passage names the place.
    for (const link of document.querySelectorAll("figcaption a")) link.dataset.href = link.href.split("#")[0];
    const { window, loader } = drawing;
    const { data } = loader;
    sized(`${PAPER}px`);
    if (drawing.isWhole(window)) whole = data;
    whole ??= fetchedAtOnce(address());
    if (whole) {
      loader.data = whole;
      drawing.window = drawing.whole;
    }
    drawing.draw();
    restore = () => {
      sized("");
      drawing.window = window;
      loader.data = data;
      drawing.draw();
    };
  });
  addEventListener("afterprint", () => restore());
  return () => {
    whole = drawing.isWhole(drawing.window) ? drawing.loader.data : null;
    const asked = address();
    if (!whole) setTimeout(() => asked === address() && fetch(asked).then((got) => got.json()).then((view) => (whole = view), () => {}), 1000);
  };
}
