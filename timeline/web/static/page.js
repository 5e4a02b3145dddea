// @ts-check
// The page that a script runs on: its elements, and what they hear. Knows nothing of a timeline.

/** @param {string} id @returns {any} */
export const by = (id) => document.getElementById(id);

/** The link that a click follows here, and not in another tab. @param {any} event @returns {HTMLAnchorElement | null | undefined} */
export const clicked = (event) => (event.ctrlKey || event.metaKey || event.shiftKey ? null : event.target.closest?.("a"));

/** Give an element the focus, and scroll nowhere. @param {any} element */
export const focusOn = (element) => element?.focus({ preventScroll: true });

/** Fetch another page, of which parts are wanted. @param {string | URL} address @param {RequestInit} [how] */
export const fetched = async (address, how) => new DOMParser().parseFromString(await (await fetch(address, how)).text(), "text/html");

/** @param {any} element @param {string} type @param {(event: any) => void} hear @param {AddEventListenerOptions} [options] */
export const on = (element, type, hear, options) => element.addEventListener(type, hear, options);

/** Wait for the style sheets, without which nothing has its size; for one that does not come as long as for the whole page. */
export async function dressed() {
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    if (/** @type {HTMLLinkElement} */ (link).sheet || document.readyState === "complete") continue;
    await new Promise((go) => [link, window].forEach((one) => on(one, "load", go)));
  }
}
