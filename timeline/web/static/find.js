// @ts-check
// Finding as one types: the page of another state is fetched, and what was found is put in the place of what was. Owns
// the form and the list; the server writes both, with or without this script. Says what was found to those who listen.

import { changed, go, state } from "./address.js";
import { translate } from "./datewords.js";
import { linkOf } from "./gestures.js";
import { busy } from "./marks.js";

const TYPING = 220;
/** What of the page another state changes. */
const PARTS = ["about", "known", "chosen", "found", "facets", "notes"];

export class Find {
  /**
   * @param {HTMLFormElement} form
   * @param {(page: Document) => void} arrived with the page of the new state
   */
  constructor(form, arrived) {
    this.form = form;
    this.arrived = arrived;
    this.said = /** @type {HTMLElement} */ (document.getElementById("said"));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let pause;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(pause);
      this.submit(true);
    });
    form.addEventListener("input", (event) => {
      const typed = event.target instanceof HTMLInputElement;
      clearTimeout(pause);
      // A year is not found before it is written: dates and positions wait for the field to be left.
      if (typed && /** @type {HTMLInputElement} */ (event.target).name === "q") pause = setTimeout(() => this.submit(!state().has("q")), TYPING);
    });
    document.addEventListener("click", (event) => this.follow(event));
    // The choice of lanes belongs to the form, and stands elsewhere.
    document.addEventListener("change", ({ target }) => {
      if (target instanceof Element && target["form"] === form && target.getAttribute("name") !== "q") this.submit(true);
    });
  }

  /** Go to another state of this page without leaving it. @param {MouseEvent} event */
  follow(event) {
    const link = linkOf(event);
    if (!link?.closest("#found, #notes, #known") || link.target || link.hash) return;
    const url = new URL(link.href);
    if (url.origin + url.pathname !== location.origin + location.pathname || url.searchParams.has("print") || state().has("print")) return;
    event.preventDefault();
    this.load(url, true).then(() => {
      if (url.searchParams.has("after") || url.searchParams.has("before")) document.getElementById("found")?.scrollIntoView();
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
    busy(document.body, true);
    let page;
    try {
      const response = await fetch(url, { signal: asking.signal, headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!page.getElementById("found")) throw new Error(page.querySelector("main p")?.textContent ?? `the server answered ${response.status}`);
    } catch (error) {
      if (asking.signal.aborted) return;
      const text = `That could not be looked up (${error instanceof Error ? error.message : error}). The list is from before.`;
      this.said.textContent = text;
      document.getElementById("notes")?.replaceChildren(Object.assign(document.createElement("p"), { className: "timeline-problem", textContent: text }));
      busy(document.body, false);
      return;
    }
    const focused = document.activeElement?.id;
    const inside = document.activeElement?.closest(PARTS.map((id) => `#${id}`).join());
    const open = [...document.querySelectorAll("#find details, #found details")].map((one) => one instanceof HTMLDetailsElement && one.open && one.id);
    const drawing = /** @type {HTMLElement} */ (document.getElementById("drawing"));
    const at = () => drawing.getBoundingClientRect().top;
    const before = at();
    for (const id of PARTS) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
    }
    // What is above the drawing may need another room: the drawing holds still.
    scrollBy({ top: at() - before, behavior: "instant" });
    for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (inside && !document.activeElement?.closest("main")) {
      // What had the focus is gone: what was found has it.
      const found = /** @type {HTMLElement} */ (document.getElementById("found"));
      found.tabIndex = -1;
      found.focus({ preventScroll: true });
    }
    this.fill(step === null);
    translate(/** @type {HTMLElement} */ (document.getElementById("found")));
    document.title = page.title;
    this.said.textContent = document.querySelector("#found .timeline-count")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
    busy(document.body, false);
    this.arrived(page);
  }

  /** Put what the address says into the fields; into the one in which somebody is typing only on going back. @param {boolean} all */
  fill(all) {
    const now = state();
    for (const field of this.fields) if (all || field !== document.activeElement) field.value = now.get(field.name) ?? "";
  }
}
