// @ts-check
// A count, opened: a closer look at its stretch of time, or the list of its happenings, in its place. Owns that choice and the list,
// and asks for more of it. What is drawn one by one already is left out.

import { touches } from "./layout.js";
import { make, named } from "./marks.js";

/** A count of so few is listed rather than looked at more closely. */
const FEW = 8;
/** The shortest stretch to be looked at, in days. */
const LEAST = 10 / 1440;

export class Listing {
  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.source = drawing.source;
    /** @type {HTMLElement | null} */
    this.element = null;
    /** What is on it. @type {Map<string, Item>} */
    this.items = new Map();
  }

  /** Look closer at the stretch of a count, or where that cannot be told apart any further, list it in its place. @param {any} chip */
  async choose(chip) {
    const { drawing } = this;
    const { scale, window, view } = drawing;
    const { dataset, title } = chip.firstChild;
    const [start, end, many] = [dataset.start, dataset.end, dataset.count].map(Number);
    const isDay = end - start < 1.01 && (Number.isInteger(start) || window.end - window.start < 2 * Math.max(end - start, LEAST));
    if (isDay || many <= FEW) {
      const isDrawn = (/** @type {Item} */ item) => !touches(item, window) || view.querySelector(`.item [data-id="${CSS.escape(item.id)}"]`) !== null;
      const put = (/** @type {HTMLElement} */ element) => {
        if (drawing.narrow) return chip.after(element);
        element.style.insetInlineStart = `min(${chip.style.insetInlineStart}, 100% - 24rem)`;
        chip.parentElement.append(element);
      };
      if (await this.open({ start, end }, Number(dataset.lane), title.replace(/:[^:]*$/, ""), isDrawn, put).catch(() => false)) return;
      if (isDay) return drawing.heard.listed({ start, end });
    }
    // Of what began earlier only the rest is here.
    const first = scale.at(Math.max(start, Math.min(window.start, end - LEAST)));
    const half = Math.min((scale.at(end) - first) * 0.65, drawing.length * 0.3);
    const middle = (first + scale.at(end)) / 2;
    drawing.show(scale.between(middle - half, middle + half), { step: true });
    view.focus({ preventScroll: true });
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
          const link = Object.assign(make("a", "", named(item)), { href: this.source.address(item), dir: "auto" });
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
    this.opener = /** @type {HTMLElement | null} */ (document.activeElement);
    put(element);
    rows.querySelector("a").focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Take the list away. Gives whether there was one. */
  close() {
    const was = this.element;
    this.element = null;
    if (was?.matches(":focus-within")) this.opener?.focus({ preventScroll: true });
    was?.remove();
    return was !== null;
  }

  /** Leave the list behind the count that it is of. @param {any[]} children */
  among(children) {
    const at = children.indexOf(this.element?.previousElementSibling);
    return [...children.slice(0, at + 1 || children.length), this.element, ...(at < 0 ? [] : children.slice(at + 1))];
  }
}
