// @ts-check
// A count, opened: the list of its happenings, in its place. Owns the list, and asks for more of it. What is drawn one by one
// already is left out.

import { make, named } from "./marks.js";

export class Listing {
  /** @param {Source} source @param {string} locale */
  constructor(source, locale) {
    this.source = source;
    this.locale = locale;
    /** @type {HTMLElement | null} */
    this.element = null;
    /** What is on it. @type {Map<string, Item>} */
    this.items = new Map();
  }

  /**
   * Put the list of a stretch of time in place. Gives whether there is anything on it.
   * @param {Span} window @param {number} lane @param {string} label @param {(item: Item) => boolean} isDrawn @param {(element: HTMLElement) => void} put
   */
  async open(window, lane, label, isDrawn, put) {
    this.close();
    const element = make("section", "listing");
    element.setAttribute("aria-label", label);
    const rows = make("ul", "");
    const more = Object.assign(make("button", "more", "More"), { type: "button", hidden: true });
    const close = Object.assign(make("button", "listing-close", "×"), { type: "button", ariaLabel: "Close", title: "Close (Escape)" });
    element.append(make("p", "", label), close, rows, more);
    let after = "";
    const fill = async () => {
      more.disabled = true;
      do {
        const found = await this.source.list(window, after);
        for (const item of found.items) {
          if (isDrawn(item) || !item.lanes.includes(lane)) continue;
          const link = Object.assign(make("a", "", named(item, this.locale)), { href: this.source.address(item), dir: "auto" });
          link.dataset.id = item.id;
          const row = make("li", "");
          row.append(link);
          rows.append(row);
          this.items.set(item.id, item);
        }
        after = found.after ?? "";
      } while (after && !rows.children.length);
      more.hidden = !after;
      more.disabled = false;
    };
    this.items = new Map();
    more.addEventListener("click", () => fill());
    close.addEventListener("click", () => this.close());
    await fill();
    if (!rows.children.length) return false;
    this.element = element;
    put(element);
    rows.querySelector("a").focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Take the list away. Gives whether there was one. */
  close() {
    const was = this.element;
    this.element = null;
    was?.remove();
    return was !== null;
  }

  /** Leave the list behind the count that it is of. @param {any[]} children */
  among(children) {
    const at = children.indexOf(this.element?.previousElementSibling);
    return [...children.slice(0, at + 1 || children.length), this.element, ...(at < 0 ? [] : children.slice(at + 1))];
  }
}
