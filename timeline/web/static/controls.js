// @ts-check
// What the buttons beside the drawing, its keys and its date field do. Owns which of them does what; the doing is the drawing's.

import { now } from "./calendar.js";
import { focusOn, on } from "./page.js";

// prettier-ignore
/** @type {Record<string, string>} */
// prettier-ignore
export const KEYS = {
  ArrowLeft: "left", ArrowRight: "right", PageUp: "before", PageDown: "after", ArrowDown: "down", ArrowUp: "up",
  "+": "closer", "=": "closer", "-": "wider", 0: "fit", Home: "fit", t: "today", Enter: "enter", Escape: "close",
};

/** What buttons and keys do. @param {import("./drawing.js").Drawing} drawing @returns {Record<string, () => void>} */
export function actions(drawing) {
  return {
    earlier: () => drawing.shift(-0.25, true),
    later: () => drawing.shift(0.25, true),
    closer: () => drawing.zoom(2, drawing.fixed, true),
    wider: () => drawing.zoom(0.5, 0.5, true),
    fit: () => drawing.show(drawing.whole, { step: true }),
    today: () => {
      const half = Math.min(drawing.window.end - drawing.window.start, 366) / 2;
      drawing.show({ start: now() - half, end: now() + half }, { step: true, free: true });
    },
    scale: () => drawing.turn(),
    left: () => drawing.along(-1),
    right: () => drawing.along(1),
    up: () => drawing.across(-1),
    down: () => drawing.across(1),
    enter: () => drawing.focus && drawing.heard.entered(drawing.focus),
    close: () => (drawing.listing?.close() ? focusOn(drawing.view) : drawing.heard.closed()),
    only: () => drawing.heard.listed(drawing.period),
    before: () => drawing.shift(-0.9, true),
    after: () => drawing.shift(0.9, true),
  };
}

/** Make the buttons and the date field do what they say. @param {import("./drawing.js").Drawing} drawing */
export function control(drawing) {
  // They may stand anywhere on the page.
  on(document, "click", (event) => actions(drawing)[event.target.closest?.("[data-do]")?.dataset.do]?.());
  const form = drawing.part("drawn-go");
  const field = form.querySelector("input");
  on(form, "submit", async (event) => {
    event.preventDefault();
    const { window, problem } = await drawing.source.period(field.value).catch((error) => ({ problem: `It could not be looked up (${error}).` }));
    field.setCustomValidity(problem ?? "");
    if (problem) field.reportValidity();
    else drawing.goTo({ start: window[0], end: window[1] });
  });
  on(field, "input", () => field.setCustomValidity(""));
}
