// @ts-check
// The card of a happening, beside the drawing: the article of its page in the story, and the way to its neighbours. Owns
// fetching and showing it. The server alone writes it, so that a card and a page never differ.

import { translate } from "./datewords.js";
import { linkOf } from "./gestures.js";
import { busy } from "./marks.js";

export class Card {
  /** @param {HTMLElement} element @param {() => void} closed @param {(id: string) => void} turned to a neighbour */
  constructor(element, closed, turned) {
    this.element = element;
    this.body = /** @type {HTMLElement} */ (element.querySelector(".card-body"));
    element.querySelector("button")?.addEventListener("click", closed);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") closed();
    });
    element.addEventListener("click", (event) => {
      const link = linkOf(event);
      if (!link?.closest(".before-after")) return;
      event.preventDefault();
      turned(new URL(link.href).searchParams.get("story") ?? "");
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
    element.addEventListener("touchstart", ({ touches }) => {
      from = element.scrollTop > 0 || getComputedStyle(element).position !== "fixed" ? NaN : touches[0].clientY;
    });
    element.addEventListener(
      "touchmove",
      (event) => {
        by = event.touches[0].clientY - from;
        if (!(by > 0)) return;
        event.preventDefault();
        element.style.translate = `0 ${by}px`;
      },
      { passive: false },
    );
    element.addEventListener("touchend", end);
    element.addEventListener("touchcancel", end);
  }

  /** Say whether another card is on its way. @param {boolean} on */
  busy(on) {
    busy(this.element, on);
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
    let article = null;
    let neighbours = null;
    let place = null;
    try {
      const response = await fetch(story);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      article = page.querySelector("main article.one");
      // Of an unknown happening the page says so.
      if (!article) (article = document.createElement("div")).append(...page.querySelectorAll("main > *"));
      neighbours = page.querySelector("main > .before-after");
      place = page.querySelector(".story-place");
    } catch {
      // What is to be said is the same as of a page without an article.
    }
    article ??= Object.assign(document.createElement("p"), { textContent: "It could not be fetched. Try again." });
    if (asked !== this.asked) return;
    adapt(/** @type {HTMLElement} */ (article), address);
    translate(article);
    const inside = this.body.matches(":focus-within");
    this.body.replaceChildren(document.adoptNode(article), ...(neighbours ? [document.adoptNode(neighbours)] : []));
    /** @type {HTMLElement} */ (this.element.querySelector(".card-place")).textContent = place?.textContent ?? "";
    this.busy(false);
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.element.closest(".panel")?.scrollTo(0, 0);
    if (inside) this.element.focus({ preventScroll: true });
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
