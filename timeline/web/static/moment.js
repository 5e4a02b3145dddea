// @ts-check
// The slider over the log: what was known when. Owns the slider; what was known is fetched as any other state is.

import { state } from "./address.js";

const PAUSE = 120;

/** @param {HTMLElement} root @param {(as_of: string | null) => void} ask */
export function moment(root, ask) {
  const slider = /** @type {HTMLInputElement | null} */ (root.querySelector("#moment"));
  const told = /** @type {HTMLOutputElement | null} */ (root.querySelector("#moment-said"));
  if (!slider || !told) return;
  let said = "";
  const tell = () => {
    const now = slider.value === slider.max;
    told.textContent = now ? "what is known now" : `as of position ${slider.value} of ${slider.max}${said ? `, ${said}` : ""}`;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  slider.addEventListener("input", () => {
    said = "";
    tell();
    clearTimeout(pause);
    pause = setTimeout(() => ask(slider.value === slider.max ? null : slider.value), PAUSE);
  });
  const follow = () => {
    const { dataset } = /** @type {HTMLElement} */ (document.getElementById("known"));
    slider.value = state().get("as_of") ? (dataset.position ?? slider.max) : slider.max;
    said = dataset.said ?? "";
    tell();
  };
  new MutationObserver(follow).observe(/** @type {Node} */ (document.getElementById("main")), { childList: true });
  follow();
}
