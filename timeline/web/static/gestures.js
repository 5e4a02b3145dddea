// @ts-check
// How hands move the view: drag, wheel, pinch, double-click and keys. Owns the translation into shifts and zooms; what
// these do is the view's; and which link is to be followed within the page. Distances are pixels, and shares of the view's width,
// from the beginning of the line.

import { on } from "./page.js";

/**
 * @typedef {object} Moves
 * @property {(share: number, step: boolean) => void} shift by a share of the view; `step`: at once and for good, not while dragging
 * @property {(factor: number, at: number, step: boolean) => void} zoom in by a factor about a place, as a share of the view
 * @property {(factor: number) => boolean} zooms whether there is anything to be seen by that
 * @property {() => void} settle the hand has let go
 * @property {(key: string, held: boolean) => boolean} key whether the key meant something
 * @property {boolean} narrow whether the view only scrolls: time runs down
 * @property {() => void} hint the wheel was left to the page
 */

const SLACK = 4;

/** @param {HTMLElement} view @param {Moves} moves */
export function listen(view, moves) {
  const rtl = () => getComputedStyle(view).direction === "rtl";
  const width = () => view.clientWidth || 1;
  const at = (x) => {
    const share = (x - view.getBoundingClientRect().left) / width();
    return rtl() ? 1 - share : share;
  };
  /** @type {Map<number, number>} where each finger is */
  const fingers = new Map();
  let travelled = 0;

  on(view, "pointerdown", (event) => {
    if (event.button || moves.narrow) return;
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, event.clientX);
  });
  on(view, "pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    const by = event.clientX - before;
    travelled += Math.abs(by);
    if (travelled > SLACK && !view.hasPointerCapture(event.pointerId)) view.setPointerCapture(event.pointerId);
    if (travelled <= SLACK) return;
    fingers.set(event.pointerId, event.clientX);
    if (others.length) {
      const [was, is] = [Math.abs(before - others[0]), Math.abs(event.clientX - others[0])];
      if (was > 8 && is > 8) moves.zoom(is / was, at((event.clientX + others[0]) / 2), false);
    } else moves.shift(((rtl() ? 1 : -1) * by) / width(), false);
  });
  const release = (event) => {
    if (fingers.delete(event.pointerId) && !fingers.size && travelled > SLACK) moves.settle();
  };
  on(view, "pointerup", release);
  on(view, "pointercancel", release);
  // A finger is first captured by what it touched, which lets go of it when the view takes over.
  on(view, "lostpointercapture", (event) => event.target === view && release(event));
  // What was dragged was not clicked.
  on(
    view,
    "click",
    (event) => {
      if (travelled <= SLACK) return;
      event.preventDefault();
      event.stopPropagation();
      travelled = 0;
    },
    true,
  );
  on(view, "dragstart", (event) => event.preventDefault());
  on(view, "dblclick", (event) => {
    if (!moves.narrow && !event.target.closest("a, button, .listing")) moves.zoom(event.shiftKey ? 0.5 : 2, at(event.clientX), true);
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;
  on(
    view,
    "wheel",
    (event) => {
      if (moves.narrow || event.target.closest(".listing")) return;
      const pixels = event.deltaMode === 1 ? 32 : event.deltaMode === 2 ? 400 : 1;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * pixels)) / 300);
      // The wheel is the page's, unless a key says otherwise, or the view has the focus and there is something to be seen.
      if (!sideways && !event.ctrlKey && !event.metaKey) {
        if (document.activeElement !== view) return moves.hint();
        if (!moves.zooms(factor)) return;
      }
      event.preventDefault();
      if (sideways) moves.shift(((rtl() ? -1 : 1) * (event.deltaX || event.deltaY) * pixels) / width(), false);
      else moves.zoom(factor, at(event.clientX), false);
      clearTimeout(rest);
      rest = setTimeout(() => moves.settle(), 150);
    },
    { passive: false },
  );
  on(view, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key === "Enter" && event.target !== view)) return;
    const key = rtl() && event.key.startsWith("Arrow") ? ({ ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[event.key] ?? event.key) : event.key;
    if (moves.key(key, event.repeat)) event.preventDefault();
  });
}
