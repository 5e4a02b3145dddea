// @ts-check
// The drawn timeline: the window that is looked at, and the elements that show it. Owns both, and asks its source for
// what a window holds when what it has will not do. Must not know of the address, the search or the card.

import { context, said, ticks, unitOf } from "./axis.js";
import { now, typed } from "./calendar.js";
import { listen } from "./gestures.js";
import { CHIPS, layout, ROW, span } from "./layout.js";
import { classes, signs, spoken } from "./shape.js";
import { inWords } from "./spoken.js";
import { Strip } from "./strip.js";

/** @typedef {import("./axis.js").Window} Window */
/** @typedef {import("./layout.js").Item} Item */
/** @typedef {import("./layout.js").Data & {window: [number, number] | null, first: number, last: number, count: number}} View */
/** @typedef {import("./strip.js").Overview} Overview */
/**
 * @typedef {object} Source where the drawing has its happenings from
 * @property {(window: Window, width: number) => Promise<View>} view
 * @property {(item: Item) => string} address of a happening's own page
 */
/**
 * @typedef {object} Heard what the drawing tells others
 * @property {(window: Window | null, step: boolean) => void} moved null: all of it @property {(item: Item) => void} opened
 * @property {(by: 1 | -1) => void} next @property {() => void} closed
 */

/** No view is shorter than ten minutes; none is longer than so many times all there is. */
const SHORTEST = 10 / 1440;
const WIDEST = 12;
/** Around all there is so much is left free, as a share. */
const ROOM = 0.03;
/** @param {string} tag @param {string} name @param {string} [text] @returns {HTMLElement} */
const make = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });

export class Drawing {
  /** @param {HTMLElement} root @param {Source} source @param {Heard} heard @param {string} locale */
  constructor(root, source, heard, locale) {
    this.root = root;
    this.source = source;
    this.heard = heard;
    this.locale = locale;
    this.number = new Intl.NumberFormat(locale);
    this.part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
    this.view = this.part("view");
    this.strip = new Strip(this.part("strip"), (window, done) => this.show(window, { step: done, keep: !done }), locale);
    /** @type {View} */
    this.data = { window: null, first: 0, last: 0, count: 0, lanes: [], items: [], clusters: [], exact: true };
    /** @type {Window} */
    this.window = { start: 0, end: 1 };
    /** @type {Item | null} the one whose card is open */
    this.focus = null;
    /** @type {Map<string, HTMLElement>} */
    this.elements = new Map();
    this.drawn = 0;
    this.asking = 0;
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    pen.font = getComputedStyle(this.view).font;
    /** @type {Map<string, number>} */
    const widths = new Map();
    this.measure = (/** @type {string} */ text) => {
      let width = widths.get(text);
      if (width === undefined) widths.set(text, (width = pen.measureText(text).width + 8));
      return width;
    };
    listen(this.view, {
      shift: (share, step) => this.shift(share, step),
      zoom: (factor, at, step) => this.zoom(factor, at, step),
      zooms: (factor) => factor > 1 || this.window.end - this.window.start < (this.whole.end - this.whole.start) * 0.999,
      settle: () => this.settle(true),
      key: (key) => this.key(key),
    });
    this.view.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.resized()).observe(this.view);
  }

  get width() {
    return this.view.clientWidth || 800;
  }

  /** All there is, with some room around it. @returns {Window} */
  get whole() {
    const { first, last } = this.strip.overview;
    if (first === null || last === null) return { start: now() - 30, end: now() + 30 };
    const room = Math.max(1, (last - first + 1) * ROOM);
    return { start: first - room, end: last + 1 + room };
  }

  /** Take over what was found anew. @param {Overview} overview @param {View} view */
  set(overview, view) {
    this.asking += 1;
    this.strip.set(overview);
    this.data = view;
    if (view.window) this.window = { start: view.window[0], end: view.window[1] };
    else this.window = this.whole;
    this.root.removeAttribute("aria-busy");
    this.draw();
  }

  /**
   * Look at a window. `step`: one that can be gone back from; `keep`: the hand is still moving; `calm`: at once, without motion.
   * @param {Window} window @param {{step?: boolean, keep?: boolean, calm?: boolean}} [how]
   */
  show(window, { step = false, keep = false, calm = false } = {}) {
    const to = this.limited(window);
    const still = calm || keep || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const from = this.window;
    cancelAnimationFrame(this.motion ?? 0);
    if (!keep) this.heard.moved(this.isWhole(to) ? null : to, step);
    if (still) {
      this.window = to;
      this.motion = requestAnimationFrame(() => this.draw());
      if (keep) clearTimeout(this.waiting);
      this.ask(keep ? 120 : 0, to);
      return;
    }
    this.ask(0, to);
    const began = performance.now();
    const frame = () => {
      const t = Math.min(1, (performance.now() - began) / 220);
      const eased = 1 - (1 - t) ** 3;
      this.window = { start: from.start + (to.start - from.start) * eased, end: from.end + (to.end - from.end) * eased };
      if (t === 1) this.window = to;
      this.draw();
      if (t < 1) this.motion = requestAnimationFrame(frame);
    };
    frame();
  }

  /** @param {Window} window @returns {Window} */
  limited({ start, end }) {
    const middle = (start + end) / 2;
    const whole = this.whole;
    const length = Math.min(Math.max(end - start, SHORTEST), (whole.end - whole.start) * WIDEST);
    const edge = Math.min(Math.max(middle, whole.start - length / 2), whole.end + length / 2);
    return { start: edge - length / 2, end: edge + length / 2 };
  }

  /** @param {Window} window */
  isWhole({ start, end }) {
    const whole = this.whole;
    const slack = (whole.end - whole.start) / 1000;
    return Math.abs(start - whole.start) < slack && Math.abs(end - whole.end) < slack;
  }

  /** Move by a share of the window: later, or earlier where it is negative. @param {number} share @param {boolean} step */
  shift(share, step) {
    const { start, end } = this.window;
    const by = share * (end - start);
    this.show({ start: start + by, end: end + by }, { step, keep: !step });
  }

  /** @param {number} factor @param {number} at @param {boolean} step */
  zoom(factor, at, step) {
    const { start, end } = this.window;
    const length = Math.max(SHORTEST, (end - start) / factor);
    const fixed = start + at * (end - start);
    this.show({ start: fixed - at * length, end: fixed + (1 - at) * length }, { step, keep: !step });
  }

  /** The hand has let go. @param {boolean} step */
  settle(step) {
    this.heard.moved(this.isWhole(this.window) ? null : this.window, step);
    this.ask(0, this.window);
  }

  /** Make the buttons and the date field beside the view do what they say. @param {Record<string, () => void>} more */
  controls(more) {
    /** @type {Record<string, () => void>} */
    const meant = {
      earlier: () => this.shift(-0.5, true),
      later: () => this.shift(0.5, true),
      closer: () => this.zoom(2, this.fixed, true),
      wider: () => this.zoom(0.5, 0.5, true),
      fit: () => this.fit(),
      today: () => this.today(),
      ...more,
    };
    this.root.addEventListener("click", (event) => {
      const name = event.target instanceof Element ? event.target.closest("[data-do]")?.getAttribute("data-do") : null;
      if (name) meant[name]?.();
    });
    const form = this.part("drawn-go");
    const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const period = typed(field.value);
      field.setCustomValidity(period ? "" : "Write a year (2003, 44 BCE), a month (2025-11) or a day (2025-11-24)");
      if (period) this.goTo(period);
      else field.reportValidity();
    });
    field.addEventListener("input", () => field.setCustomValidity(""));
  }

  /** @param {string} key @returns {boolean} */
  key(key) {
    /** @type {Record<string, () => void>} */
    const meant = {
      ArrowLeft: () => this.shift(-0.25, true),
      ArrowRight: () => this.shift(0.25, true),
      PageUp: () => this.shift(-0.9, true),
      PageDown: () => this.shift(0.9, true),
      ArrowDown: () => this.heard.next(1),
      ArrowUp: () => this.heard.next(-1),
      "+": () => this.zoom(2, this.fixed, true),
      "=": () => this.zoom(2, this.fixed, true),
      "-": () => this.zoom(0.5, 0.5, true),
      0: () => this.fit(),
      Home: () => this.fit(),
      t: () => this.today(),
      Escape: () => this.heard.closed(),
    };
    const action = meant[key];
    action?.();
    return Boolean(action);
  }

  /** The place that stays where it is when one zooms by key: the open happening, or the middle. */
  get fixed() {
    if (!this.focus) return 0.5;
    const at = (span(this.focus)[0] - this.window.start) / (this.window.end - this.window.start);
    return at > 0 && at < 1 ? at : 0.5;
  }

  fit() {
    this.show(this.whole, { step: true });
  }

  today() {
    const length = Math.min(this.window.end - this.window.start, 366);
    this.show({ start: now() - length / 2, end: now() + length / 2 }, { step: true });
  }

  /** Bring a happening into view, and mark it. @param {Item | null} item */
  lookAt(item) {
    this.focus = item;
    if (item) {
      const [from] = span(item);
      const { start, end } = this.window;
      const length = end - start;
      if (from < start || at > end - length * 0.05) this.show({ start: at - length * 0.4, end: at + length * 0.6 }, { step: false });
    }
    this.draw();
  }

  /** Ask for a window, unless what is here will do. @param {number} delay in milliseconds @param {Window} window */
  ask(delay, window) {
    clearTimeout(this.waiting);
    if (this.suffices(window)) return;
    this.root.setAttribute("aria-busy", "true");
    this.waiting = setTimeout(async () => {
      const asked = (this.asking += 1);
      try {
        const view = await this.source.view(window, this.width);
        if (asked !== this.asking) return;
        this.data = view;
        this.problem = "";
      } catch (error) {
        if (asked !== this.asking) return;
        this.problem = `This part could not be fetched: ${error instanceof Error ? error.message : error}. Move, or reload the page, to try again.`;
      }
      this.root.removeAttribute("aria-busy");
      this.draw();
    }, delay);
  }

  /** Whether the data at hand shows a window as well as fresh data would. @param {Window} window */
  suffices({ start, end }) {
    const { first, last, clusters, window } = this.data;
    if (first > start || last + 1 < end) return false;
    const counted = clusters.some((c) => c[1] < end && c[2] + 1 > start);
    return !counted || (window !== null && Math.abs(Math.log2((window[1] - window[0]) / (end - start))) < 0.2);
  }

  resized() {
    if (this.width === this.wide) return;
    this.draw();
    this.ask(200, this.window);
  }

  draw() {
    this.wide = this.width;
    const { window, data, width } = this;
    const rows = data.lanes.length > 1 ? (data.lanes.length > 6 ? 3 : 4) : innerWidth < 700 ? 9 : 11;
    const placed = layout(data, window, width, { rows, measure: this.measure });
    this.strip.show(window);
    this.axis();
    const kept = new Set();
    const keep = (/** @type {string} */ key, /** @type {() => HTMLElement} */ born) => {
      let element = this.elements.get(key);
      if (!element) {
        element = born();
        this.elements.set(key, element);
      }
      kept.add(key);
      return element;
    };
    const lists = placed.lanes.map((lane, number) => {
      const { label } = data.lanes[number];
      const list = keep(`lane ${number} ${label}`, () => this.lane(label));
      list.style.insetBlockStart = `${lane.top}px`;
      list.style.blockSize = `${lane.height}px`;
      return list;
    });
    this.part("lanes").style.blockSize = `${placed.height}px`;
    for (const box of placed.boxes.sort((one, other) => one.from - other.from)) {
      const element = keep(`${box.item.id} ${box.lane} ${classes(box.item)}`, () => this.item(box.item));
      this.put(element, box, placed.lanes[box.lane].header);
      lists[box.lane].append(element);
    }
    const most = Math.max(...placed.chips.map((chip) => chip.count), 1);
    for (const chip of placed.chips) {
      const element = keep(`chip ${chip.lane} ${Math.round(chip.at)}`, () => this.chip());
      const share = Math.sqrt(chip.count / most);
      const button = /** @type {HTMLButtonElement} */ (element.firstElementChild);
      element.style.insetInlineStart = `${chip.at}px`;
      element.style.inlineSize = `${chip.width}px`;
      element.style.blockSize = `${CHIPS}px`;
      /** @type {HTMLElement} */ (button.firstElementChild).style.blockSize = `${3 + share * (CHIPS - 22)}px`;
      /** @type {HTMLElement} */ (button.lastElementChild).textContent = this.short(chip.count);
      button.dataset.start = String(chip.start);
      button.dataset.end = String(chip.end);
      const unit = unitOf({ start: chip.start, end: chip.end }, 200);
      const period = [chip.start, chip.end].map((at) => said(at, unit, this.locale)).join(" – ");
      button.setAttribute("aria-label", `${this.about}${this.number.format(chip.count)} happenings, ${period}: look closer`);
      button.title = button.getAttribute("aria-label") ?? "";
      lists[chip.lane].append(element);
    }
    for (const [key, element] of this.elements) {
      if (kept.has(key)) continue;
      element.remove();
      this.elements.delete(key);
    }
    this.part("lanes").append(...lists);
    this.pin();
    this.tell();
    this.root.dataset.drawn = String((this.drawn += 1));
  }

  /** @param {HTMLElement} element @param {import("./layout.js").Box} box @param {number} header */
  put(element, box, header) {
    const { width } = this;
    // Far outside nothing is seen, and browsers lose count.
    const from = Math.max(box.from, -40);
    const to = Math.min(box.to, width + 40);
    element.style.insetInlineStart = `${from}px`;
    element.style.insetBlockStart = `${header + box.row * ROW}px`;
    element.style.inlineSize = `${Math.max(0, to - from)}px`;
    element.classList.toggle("spot", box.point);
    element.classList.toggle("out", box.out);
    element.classList.toggle("flip", box.flip);
    element.classList.toggle("past", box.from < -1);
    element.classList.toggle("on", box.to > width + 1);
    element.classList.toggle("focused", this.focus?.id === box.item.id);
    const link = /** @type {HTMLElement} */ (element.firstElementChild);
    link.style.setProperty("--shift", `${box.out ? 0 : Math.max(0, -from)}px`);
    /** @type {HTMLElement} */ (link.lastElementChild).style.maxInlineSize = `${box.label}px`;
    const [a, b] = span(box.item);
    const { c, d } = box.item;
    const share = (/** @type {number | undefined} */ day, /** @type {number} */ otherwise) =>
      day === undefined ? otherwise : Math.min(1, Math.max(0, (day - a) / (b - a)));
    if (c !== undefined || d !== undefined) {
      link.style.setProperty("--core-start", `${share(c, 0) * 100}%`);
      link.style.setProperty("--core-end", `${100 - share(d === undefined ? undefined : d + 1, 1) * 100}%`);
    }
  }

  /** @param {string} label */
  lane(label) {
    const lane = make("section", "lane");
    if (label) {
      lane.setAttribute("aria-label", label);
      lane.append(Object.assign(make("p", "lane-name", label), { dir: "auto" }));
    }
    return lane;
  }

  /** @param {Item} item */
  item(item) {
    const element = make("div", classes(item));
    const link = /** @type {HTMLAnchorElement} */ (make("a", ""));
    link.href = this.source.address(item);
    link.dataset.id = item.id;
    link.tabIndex = -1;
    const words = inWords(item.edtf, this.locale) ?? item.edtf;
    const marks = spoken(item);
    link.setAttribute("aria-label", `${words}: ${item.title}${marks ? ` (${marks})` : ""}`);
    link.title = link.getAttribute("aria-label") ?? "";
    const label = make("span", "label");
    const sign = signs(item);
    if (sign) label.append(make("span", "signs", sign));
    label.append(Object.assign(make("bdi", "", item.title)));
    link.append(make("i", "bar"), label);
    element.append(link);
    return element;
  }

  chip() {
    const element = make("div", "chip");
    const button = /** @type {HTMLButtonElement} */ (make("button", ""));
    button.type = "button";
    button.tabIndex = -1;
    button.append(make("i", ""), make("span", ""));
    element.append(button);
    return element;
  }

  axis() {
    const { window, width } = this;
    const scale = width / (window.end - window.start);
    const found = ticks(window, width, this.locale);
    const labels = found.map((tick) => {
      const at = (tick.at - window.start) * scale;
      const element = make("span", tick.major ? "tick major" : "tick", at < width - 48 ? tick.label : "");
      element.style.insetInlineStart = `${at}px`;
      return element;
    });
    const today = now();
    if (today > window.start && today < window.end) {
      const element = make("span", "today");
      element.style.insetInlineStart = `${(today - window.start) * scale}px`;
      element.title = "today";
      labels.push(element);
    }
    this.part("axis").replaceChildren(make("span", "axis-context", context(window, width, this.locale)), ...labels);
  }

  /** Show where the open happening stands, also where it is one of many in a count. */
  pin() {
    const pin = this.part("pin");
    const item = this.focus;
    pin.hidden = !item;
    if (!item) return;
    const at = (span(item)[0] - this.window.start) / (this.window.end - this.window.start);
    pin.hidden = at < 0 || at > 1;
    pin.style.insetInlineStart = `${at * 100}%`;
  }

  get about() {
    return this.data.exact ? "" : "about ";
  }

  /** @param {number} count */
  short(count) {
    if (count < 10000) return this.number.format(count);
    return new Intl.NumberFormat(this.locale, { notation: "compact", maximumSignificantDigits: 2 }).format(count);
  }

  /** Say in a line what the window is, and how much is in it. */
  tell() {
    const { window, data, width } = this;
    const unit = unitOf(window, width);
    const coarse = { minute: "minute", hour: "day", day: "day", month: "month", year: "year" }[unit] ?? "year";
    const ends = [window.start, window.end].map((at) => said(at, coarse, this.locale));
    const fresh = data.window && Math.abs(data.window[0] - window.start) + Math.abs(data.window[1] - window.end) < (window.end - window.start) / 100;
    const here = fresh ? data.count : this.countHere();
    const words = ends[0] === ends[1] ? ends[0] : ends.join(" – ");
    const count = here === null ? "" : `${this.about}${this.number.format(here)} happening${here === 1 ? "" : "s"}`;
    this.part("drawn-said").textContent = this.problem || (data.lanes.length || count ? `${words}: ${count || "…"}` : "");
    this.part("drawn-empty").hidden = here !== 0;
  }

  /** Count what is in the window, where all of it is at hand. @returns {number | null} */
  countHere() {
    const { start, end } = this.window;
    if (!this.suffices(this.window) || this.data.clusters.some((c) => c[1] < end && c[2] + 1 > start)) return null;
    return this.data.items.filter((item) => {
      const [from, to] = span(item);
      return from < end && to > start;
    }).length;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const button = /** @type {HTMLElement | null | undefined} */ (target?.closest(".chip button"));
    const link = /** @type {HTMLElement | null | undefined} */ (target?.closest(".item a"));
    if (button) this.open(Number(button.dataset.start), Number(button.dataset.end));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const item = this.data.items.find((one) => one.id === link.dataset.id);
    if (item) this.heard.opened(item);
  }

  /** Open a count: look closer at its stretch of time. @param {number} start @param {number} end */
  open(start, end) {
    const length = this.window.end - this.window.start;
    const room = Math.max((end - start) * 0.15, 0.02);
    const nearer = Math.min(end - start + 2 * room, length * 0.6);
    const middle = (start + end) / 2;
    this.show({ start: middle - nearer / 2, end: middle + nearer / 2 }, { step: true });
    this.view.focus({ preventScroll: true });
  }

  /** Look at what was typed. @param {Window} period */
  goTo(period) {
    const length = period.end - period.start;
    const room = length * 0.25;
    this.show({ start: period.start - room, end: period.end + room }, { step: true });
  }
}
