// @ts-check
// Finding as one types: the page of another state is fetched, and what was found is put in the place of what was. Owns
// the form and the list; the server writes both, with or without this script. Says what was found to those who listen.

import { changed, go } from "./address.js";
import { translate } from "./spoken.js";

const PAUSE = 220;
/** What of the page another state changes. */
const PARTS = ["found", "facets", "notes"];

export class Find {
  /**
   * @param {HTMLFormElement} form
   * @param {(page: Document) => void} arrived with the page of the new state
   */
  constructor(form, arrived) {
    this.form = form;
    this.arrived = arrived;
    this.said = /** @type {HTMLElement} */ (document.getElementById("said"));
    this.last = location.search;
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
      if (typed && /** @type {HTMLInputElement} */ (event.target).name === "q") pause = setTimeout(() => this.submit(false), PAUSE);
    });
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLElement && event.target.getAttribute("name") !== "q") this.submit(true);
    });
  }

  /** Go to the state that the form describes. @param {boolean} step */
  submit(step) {
    /** @type {Record<string, string | null>} */
    const changes = {};
    for (const field of this.form.querySelectorAll("input[name], select[name]")) {
      const { name, value } = /** @type {HTMLInputElement} */ (field);
      if (name !== "view" && name !== "focus") changes[name] = value.trim() || null;
    }
    if (changes.lanes === "none") changes.lanes = null;
    this.load(changed(changes), step);
  }

  /** Put a state in the place of the present one. @param {URL} url @param {boolean | null} step null: the address has it already */
  async load(url, step) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    if (step !== null) go(url, step || this.form.dataset.step === "1");
    document.body.setAttribute("aria-busy", "true");
    let page;
    try {
      const response = await fetch(url, { signal: asking.signal, headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!page.getElementById("found")) throw new Error(page.querySelector("main p")?.textContent ?? `the server answered ${response.status}`);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.said.textContent = `That could not be looked up: ${error instanceof Error ? error.message : error}`;
      document.body.removeAttribute("aria-busy");
      return;
    }
    const focused = document.activeElement?.id;
    const open = [...document.querySelectorAll("#find details, #found details")].map((one) => one instanceof HTMLDetailsElement && one.open && one.id);
    for (const id of PARTS) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
    }
    for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (step === null) this.fill();
    translate(/** @type {HTMLElement} */ (document.getElementById("found")));
    document.title = page.title;
    this.said.textContent = document.querySelector("#found .timeline-count")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
    document.body.removeAttribute("aria-busy");
    this.arrived(page);
  }

  /** Put what the address says into the fields that are not the server's to write anew. */
  fill() {
    const field = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=q]"));
    if (field) field.value = new URLSearchParams(location.search).get("q") ?? "";
  }
}
