// @ts-check
// The story: the arrow keys, a swipe, Home and Escape follow the page's own links. Owns that alone.

const follow = (selector) => /** @type {HTMLAnchorElement | null} */ (document.querySelector(selector))?.click();
const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") follow(event.key === forward ? ".before-after [rel=next]" : ".before-after [rel=prev]");
  else if (event.key === "Escape") follow(".story-head a");
});

/** Where a finger came down. @type {{x: number, y: number} | null} */
let start = null;
addEventListener("pointerdown", (event) => {
  start = event.pointerType === "touch" ? { x: event.clientX, y: event.clientY } : null;
});
addEventListener("pointercancel", () => {
  start = null;
});
addEventListener("pointerup", (event) => {
  if (!start) return;
  const across = event.clientX - start.x;
  if (Math.abs(across) > 60 && Math.abs(event.clientY - start.y) < 40) {
    follow((across < 0) === (forward === "ArrowRight") ? ".before-after [rel=next]" : ".before-after [rel=prev]");
  }
});
