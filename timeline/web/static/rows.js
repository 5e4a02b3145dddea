// @ts-check
// `.timeline`: the rows of any table or SQL, drawn. Owns that wiring: all the rows are in the page, and a click leads to
// the row in the list below.

import { control } from "./controls.js";
import { Drawing } from "./drawing.js";
import { span, touches } from "./layout.js";
import { by, dressed, on } from "./page.js";
import { typed } from "./typeddate.js";


if (document.readyState === "loading") await new Promise((go) => addEventListener("DOMContentLoaded", go, { once: true }));
await dressed();
const root = by("drawing");
const text = by("drawing-data")?.textContent;
if (root && text) {
  const { overview, items } = JSON.parse(text);
  items.sort((one, other) => span(one)[0] - span(other)[0]);
  const view = { window: null, first: -Infinity, last: Infinity, count: items.length, lanes: [{ value: null, label: "" }], items, clusters: [], others: [], may: null, exact: true };
  const list = async (window) => ({ items: items.filter((item) => span(item)[0] >= window.start && span(item)[0] < window.end), after: null });
  const period = async (text) => {
    const { start, end } = typed(text) ?? {};
    return end === undefined ? { problem: "Write a year, 44 BCE, 2025-11 or 2025-11-24T04:10" } : { window: [start, end] };
  };
  const source = { view: async () => view, list, period, address: (item) => `#${item.id}` };
  /** @param {Item} item */
  const open = (item) => {
    drawing.lookAt(item);
    by(item.id)?.scrollIntoView({ block: "center" });
    by(item.id)?.focus({ preventScroll: true });
  };
  const listed = (window) => {
    const item = items.find((one) => touches(one, window));
    if (item) open(item);
  };
  const next = (step, item = items[drawing.focus ? items.indexOf(drawing.focus) + step : step > 0 ? 0 : items.length - 1]) => {
    if (!item) return;
    drawing.lookAt(item);
    drawing.seek();
  };
  const drawing = new Drawing(root, source, { moved: () => {}, entered: open, closed: () => drawing.lookAt(null), next, listed });
  control(drawing);
  on(root, "happening", (event) => open(/** @type {CustomEvent} */ (event).detail));
  root.hidden = false;
  drawing.set(overview, view);
}
