// @ts-check
// The slider over the log: what was known when. Owns the slider; what was known is fetched as any other state is.

import { state } from "./address.js";
import { by, on } from "./page.js";

const SLIDING = 120;

/** @param {HTMLElement} root @param {(as_of: string | null) => void} ask @returns {() => void} to be called when another state is shown */
export function asOf(root, ask) {
  const slider = /** @type {HTMLInputElement | null} */ (root.querySelector("#moment"));
  const caption = /** @type {HTMLOutputElement | null} */ (root.querySelector("#moment-said"));
  if (!slider || !caption) return () => {};
  const show = () => {
    caption.textContent = slider.value === slider.max ? "now" : `position ${slider.value}`;
    slider.ariaValueText = caption.textContent;
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  on(slider, "input", () => {
    show();
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = undefined;
      ask(slider.value === slider.max ? null : slider.value);
    }, SLIDING);
  });
  return () => {
    // The hand is still on it.
    if (pause) return;
    slider.value = (state().get("as_of") && by("known")?.dataset.position) || slider.max;
    show();
  };
}
