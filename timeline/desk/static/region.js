// @ts-check
// The picture beside the form: regions are marked on it with the pointer, and those that are typed are shown. Owns the boxes and
// the gesture. Must not decide which quotation a region belongs to.

import { field, find, form, quotations } from "./typed.js";

const picture = find(document, "#picture"), LEAST = 1;  // percent: anything smaller is a click

const frame = document.createElement("div"), drawn = document.createElement("i"), button = document.createElement("button");
let corner = /** @type {{ x: number, y: number } | null} */ (null);

/** Place a box, in percent. @param {HTMLElement} box @param {number[]} region */
function put(box, [left, top, width, height]) {
  Object.assign(box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  return box;
}

/** Show the regions of the quotations of this picture. */
export function showRegions() {
  if (!picture) return;
  const own = quotations().filter((one) => field(one, "source").value === form.dataset.beside);
  const regions = own.map((one) => (field(one, "fragment").value.match(/[\d.]+/g) ?? []).map(Number)).filter((one) => one.length === 4);
  frame.replaceChildren(picture, ...regions.map((one) => put(document.createElement("i"), one)));
}

/** Where the pointer is on the picture, in percent, and never beyond its edge. @param {PointerEvent} event */
function at({ clientX, clientY }) {
  const { left, top, width, height } = picture.getBoundingClientRect();
  const within = (/** @type {number} */ share) => Math.min(100, Math.max(0, Math.round(share * 1000) / 10));
  return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
}

/** The region between the first corner and here. @param {PointerEvent} event */
function region(event) {
  const { x, y } = at(event), from = corner ?? { x, y };
  return [Math.min(from.x, x), Math.min(from.y, y), Math.abs(from.x - x), Math.abs(from.y - y)].map((one) => Math.round(one * 10) / 10);
}

/** A finger scrolls the page until the button says that it marks. @param {boolean} on */
function marking(on) {
  button.setAttribute("aria-pressed", `${on}`);
  frame.classList.toggle("marking", on);
}

function stop() {
  corner = null;
  drawn.remove();
  marking(false);
}

/** Let regions be marked. @param {(fragment: string) => void} cite */
export function startRegions(cite) {
  if (!picture) return;
  const help = document.createElement("p");
  frame.className = "desk-region";
  help.className = "small";
  Object.assign(button, { type: "button", className: "plain", textContent: "Mark a region with a finger" });
  help.append("Drag over the picture to mark the region that you cite, or type its numbers in the form. ", button);
  picture.before(help, frame);
  frame.append(picture);
  marking(false);
  button.addEventListener("click", () => marking(button.getAttribute("aria-pressed") !== "true"));
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType === "touch" && !frame.classList.contains("marking"))) return;
    event.preventDefault();
    corner = at(event);
    frame.setPointerCapture(event.pointerId);
    frame.append(put(drawn, region(event)));
  });
  frame.addEventListener("pointermove", (event) => {
    if (corner) put(drawn, region(event));
  });
  frame.addEventListener("pointerup", (event) => {
    if (!corner) return;
    const marked = region(event);
    stop();
    if (marked[2] >= LEAST && marked[3] >= LEAST) cite(marked.join(", "));
  });
  frame.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") stop();
  });
  form.addEventListener("input", showRegions);
  showRegions();
}
