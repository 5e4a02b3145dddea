// @ts-check
// The card of a happening, beside the drawing: the article of its page in the story, and the way to its neighbours. Owns
// fetching and showing it. The server alone writes it, so that a card and a page never differ.

import { make } from "./marks.js";
import { clicked, fetched, focusOn, on } from "./page.js";

export class Card {
  /** @param {HTMLElement} element @param {() => void} closed @param {(step: 1 | -1) => void} turned to a neighbour */
  constructor(element, closed, turned) {
    this.element = element;
    this.body = /** @type {HTMLElement} */ (element.querySelector(".card-body"));
    on(element.querySelector("button"), "click", closed);
    on(element, "keydown", (event) => {
      if (event.key === "Escape") closed();
    });
    on(element, "click", (event) => {
      const link = clicked(event);
      if (!link?.closest(".before-after")) return;
      event.preventDefault();
      turned(link.rel === "next" ? 1 : -1);
    });
    this.asked = 0;
    this.drag(closed);
  }

  /** A sheet at the bottom is drawn down to be closed. @param {() => void} closed */
  drag(closed) {
    const { element } = this;
    let from = NaN;
    let by = 0;
    const end = () => {
      element.style.translate = "";
      if (by > 80) closed();
      from = by = NaN;
    };
    on(element, "touchstart", ({ touches }) => {
      from = element.scrollTop > 0 || getComputedStyle(element).position !== "fixed" ? NaN : touches[0].clientY;
    });
    on(
      element,
      "touchmove",
      (event) => {
        by = event.touches[0].clientY - from;
        if (!(by > 0)) return;
        event.preventDefault();
        element.style.translate = `0 ${by}px`;
      },
      { passive: false },
    );
    on(element, "touchend", end);
    on(element, "touchcancel", end);
  }

  /** Say whether another card is on its way. @param {boolean} on */
  busy(on) {
    this.element.ariaBusy = on ? "true" : null;
  }

  close() {
    this.asked += 1;
    this.busy(false);
    this.element.hidden = true;
    this.body.replaceChildren();
  }

  /** @param {string} address of the happening's page @param {string} story its address in the story */
  async open(address, story) {
    const asked = (this.asked += 1);
    this.busy(true);
    const page = await fetched(story).catch(() => null);
    if (asked !== this.asked) return;
    let article = page?.querySelector("main article.one");
    if (!article) {
      article = make("div", "", page ? "" : "It could not be fetched. Try again.");
      // Of an unknown happening the page says so.
      article.append(...(page?.querySelectorAll("main > *") ?? []));
    }
    const neighbours = page?.querySelector("main > .before-after");
    adapt(/** @type {HTMLElement} */ (article), address);
    const inside = this.body.matches(":focus-within");
    this.body.replaceChildren(article, ...(neighbours ? [neighbours] : []));
    /** @type {HTMLElement} */ (this.element.querySelector(".card-place")).textContent = page?.querySelector(".story-place")?.textContent ?? "";
    this.busy(false);
    this.element.hidden = false;
    this.element.scrollTop = 0;
    if (inside) focusOn(this.element);
  }
}

/** Make a page's article part of this page: its names and headings below ours, its title the way to it. @param {HTMLElement} article @param {string} address */
function adapt(article, address) {
  for (const name of ["id", "aria-labelledby"]) {
    for (const element of article.querySelectorAll(`[${name}]`)) element.setAttribute(name, `card-${element.getAttribute(name)}`);
  }
  for (const link of article.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href") ?? "";
    link.setAttribute("href", href.startsWith("#") ? `#card-${href.slice(1)}` : new URL(href, new URL(address, location.href)).href);
  }
  for (const heading of article.querySelectorAll("h1, h2, h3")) {
    const lower = document.createElement(`h${Number(heading.tagName[1]) + 1}`);
    for (const { name, value } of heading.attributes) lower.setAttribute(name, value);
    lower.append(...heading.childNodes);
    if (heading.tagName === "H1") {
      const link = Object.assign(document.createElement("a"), { href: address });
      link.append(...lower.childNodes);
      lower.append(link);
      lower.className = "card-title";
    }
    heading.replaceWith(lower);
  }
}
