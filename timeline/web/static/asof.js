// @ts-check
// The slider over the log: what was known when. Owns the slider; what was known is fetched as any other state is.

import { state } from "./address.js";

const SLIDING = 120;

/** @param {HTMLElement} root @param {(as_of: string | null) => void} ask */
export function asOf(root, ask) {
  const slider = /** @type {HTMLInputElement | null} */ (root.querySelector("#moment"));
  const caption = /** @type {HTMLOutputElement | null} */ (root.querySelector("#moment-said"));
  if (!slider || !caption) return;
  let recorded = "";
  const show = () => {
    const now = slider.value === slider.max;
    caption.textContent = now ? "what is known now" : `as of position ${slider.value} of ${slider.max}${recorded ? `, ${recorded}` : ""}`;
    slider.setAttribute("aria-valuetext", caption.textContent);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  slider.addEventListener("input", () => {
    recorded = "";
    show();
    clearTimeout(pause);
    pause = setTimeout(() => ask(slider.value === slider.max ? null : slider.value), SLIDING);
  });
  const follow = () => {
    const dataset = document.getElementById("known")?.dataset ?? {};
    slider.value = state().get("as_of") ? (dataset.position ?? slider.max) : slider.max;
    recorded = dataset.said ?? "";
    show();
  };
  new MutationObserver(follow).observe(/** @type {Node} */ (document.getElementById("main")), { childList: true });
  follow();
}
