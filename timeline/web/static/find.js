// @ts-check
// Finding as one types: the page of another state is fetched, and what was found is put in the place of what was. Owns
// the form and the list; the server writes both, with or without this script. Says what was found to those who listen.

import { changed, go, state } from "./address.js";
import { make } from "./marks.js";
import { by, clicked, fetched, focusOn, on } from "./page.js";

const TYPING = 220;
/** What of the page another state changes. */
const PARTS = ["about", "read-story", "known", "chosen", "found", "facets", "notes"];

export class Find {
  /**
   * @param {HTMLFormElement} form
   * @param {(page: Document) => void} arrived with the page of the new state
   */
  constructor(form, arrived) {
    this.form = form;
    this.arrived = arrived;
    this.said = by("said");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let pause;
    on(form, "submit", (event) => {
      event.preventDefault();
      clearTimeout(pause);
      this.submit(true);
    });
    on(form, "input", (event) => {
      clearTimeout(pause);
      // A year is not found before it is written: dates and positions wait for the field to be left.
      if (event.target.name === "q") pause = setTimeout(() => this.submit(!state().has("q")), TYPING);
    });
    on(document, "click", (event) => this.follow(event));
    // The choice of lanes belongs to the form, and stands elsewhere.
    on(document, "change", ({ target }) => {
      if (target.form === form && target.name !== "q") this.submit(true);
    });
  }

  /** Go to another state of this page without leaving it. @param {MouseEvent} event */
  follow(event) {
    const link = clicked(event);
    if (!link?.closest("#found, #notes, #known") || link.target || link.hash) return;
    const url = new URL(link.href);
    if (url.origin + url.pathname !== location.origin + location.pathname || url.searchParams.has("print") || state().has("print")) return;
    event.preventDefault();
    this.load(url, true).then(() => {
      if (url.searchParams.has("after") || url.searchParams.has("before")) by("found").scrollIntoView();
    });
  }

  /** What the form asks; what is looked at, it only carries along. @returns {HTMLInputElement[]} */
  get fields() {
    const all = /** @type {HTMLInputElement[]} */ ([...this.form.elements]);
    return all.filter(({ name }) => name && !["view", "focus"].includes(name));
  }

  /** Go to the state that the form describes. @param {boolean} step */
  submit(step) {
    /** @type {Record<string, string | null>} */
    const changes = {};
    for (const { name, value } of this.fields) changes[name] = value.trim() || null;
    this.load(changed(changes), step);
  }

  /** Put a state in the place of the present one. @param {URL} url @param {boolean | null} step null: the address has it already */
  async load(url, step) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    if (step !== null) go(url, step);
    document.body.ariaBusy = "true";
    let page;
    try {
      page = await fetched(url, { signal: asking.signal, headers: { Accept: "text/html" } });
      if (!page.getElementById("found")) throw new Error(page.querySelector("main p")?.textContent ?? "the server has no answer");
    } catch (error) {
      if (asking.signal.aborted) return;
      const text = `That could not be looked up (${error instanceof Error ? error.message : error}). The list is from before.`;
      this.said.textContent = text;
      by("notes").replaceChildren(make("p", "timeline-problem", text));
      document.body.ariaBusy = null;
      return;
    }
    const focused = document.activeElement?.id;
    const inside = document.activeElement?.closest(PARTS.map((id) => `#${id}`).join());
    const open = [...document.querySelectorAll("#find details, #found details")].map((/** @type {any} */ one) => one.open && one.id);
    const drawing = by("drawing");
    const at = () => drawing.getBoundingClientRect().top;
    const before = at();
    for (const id of PARTS) {
      const fresh = page.getElementById(id);
      if (fresh) by(id)?.replaceWith(document.adoptNode(fresh));
    }
    by("found").className = "";
    // What is above the drawing may need another room: the drawing holds still.
    scrollBy({ top: at() - before, behavior: "instant" });
    for (const id of open) if (id) by(id)?.setAttribute("open", "");
    if (focused && document.activeElement?.id !== focused) focusOn(by(focused));
    // What had the focus is gone: what was found has it.
    if (inside && !document.activeElement?.closest("main")) focusOn(by("found"));
    this.fill(step === null);
    document.title = page.title;
    this.said.textContent = document.querySelector("#found .timeline-count")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
    document.body.ariaBusy = null;
    this.arrived(page);
  }

  /** Put what the address says into the fields; into the one in which somebody is typing only on going back. @param {boolean} all */
  fill(all) {
    const now = state();
    for (const field of this.fields) if (all || field !== document.activeElement) field.value = now.get(field.name) ?? "";
  }
}
