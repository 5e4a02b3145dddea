// @ts-check
// The drawn timeline: the window that is looked at, its motion, and what stands in it. Asks its source for what a window
// holds where what is at hand will not do. Knows nothing of the address, the search or the card.

import { clock, said, unitOf } from "./axis.js";
import { asDate, now, typed } from "./calendar.js";
import { listen } from "./gestures.js";
import { layout, span } from "./layout.js";
import { arrange, axis, count, happening, lane, make, named, place, tell } from "./marks.js";
import { pen } from "./pen.js";
import { Strip } from "./strip.js";
import { Supply } from "./supply.js";

/** The shortest view, in days; the longest, in times all there is; the room around all, as a share; milliseconds. */
const SHORTEST = 10 / 1440;
const WIDEST = 12;
const ROOM = 0.03;
const MOTION = 220;

export class Drawing {
  /** @param {any} root @param {Source} source @param {Heard} heard @param {string} locale */
  constructor(root, source, heard, locale) {
    this.root = root;
    this.source = source;
    this.heard = heard;
    this.locale = locale;
    this.part = (name) => root.querySelector(`.${name}`);
    this.view = this.part("view");
    this.strip = new Strip(this.part("strip"), (window, done) => this.show(window, { step: done, keep: !done }), locale);
    this.supply = new Supply(source, (busy) => {
      if (busy) root.setAttribute("aria-busy", "true");
      else root.removeAttribute("aria-busy");
      if (!busy) this.draw();
    });
    this.pen = pen(this.view);
    /** @type {Span} */
    this.window = { start: 0, end: 1 };
    /** The one whose card is open. @type {Item | null} */
    this.focus = null;
    this.elements = new Map();
    this.drawn = 0;
    listen(this.view, {
      shift: (share, step) => this.shift(share, step),
      zoom: (factor, at, step) => this.zoom(factor, at, step),
      zooms: (factor) => factor > 1 || this.length < (this.whole.end - this.whole.start) * 0.999,
      settle: () => {
        this.show(this.window, { step: performance.now() - (this.settled ?? -1e4) > 1500, calm: true });
        this.settled = performance.now();
      },
      key: (key, held) => this.key(key, held),
    });
    this.view.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => {
      if (this.width === this.wide) return;
      this.strip.set(this.strip.overview);
      this.draw();
      this.supply.ask(this.window, this.width, true);
    }).observe(this.view);
  }

  get width() {
    return this.view.clientWidth || 800;
  }

  get length() {
    return this.window.end - this.window.start;
  }

  /** All there is, with some room around it. @returns {Span} */
  get whole() {
    const { first, last } = this.strip.overview;
    if (first === null || last === null) return { start: now() - 30, end: now() + 30 };
    const length = last + 1 - first;
    const room = length < 1 ? length * 0.06 + 7e-4 : Math.max(1, length * ROOM);
    return { start: first - room, end: last + 1 + room };
  }

  /** Take over what was found anew. @param {Overview} overview @param {View} view */
  set(overview, view) {
    cancelAnimationFrame(this.motion ?? 0);
    this.strip.set(overview);
    this.window = view.window ? { start: view.window[0], end: view.window[1] } : this.whole;
    this.supply.take(view);
  }

  /**
   * Look at a window. `step`: one that can be gone back from; `keep`: the hand is still moving; `calm`: without motion;
   * `free`: also where there is nothing.
   * @param {Span} window @param {{step?: boolean, keep?: boolean, calm?: boolean, free?: boolean}} [how]
   */
  show(window, { step = false, keep = false, calm = false, free = false } = {}) {
    const to = free ? window : this.limited(window);
    const from = this.window;
    cancelAnimationFrame(this.motion ?? 0);
    // While a key is held, or the wheel turned on, it is one step.
    if (!keep) this.heard.moved(this.isWhole(to) ? null : to, step && !this.held);
    this.supply.ask(to, this.width, keep);
    const began = performance.now();
    const time = calm || keep || matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOTION;
    const frame = () => {
      const t = time ? Math.min(1, (performance.now() - began) / time) : 1;
      const eased = 1 - (1 - t) ** 3;
      this.window = t === 1 ? to : { start: from.start + (to.start - from.start) * eased, end: from.end + (to.end - from.end) * eased };
      this.draw();
      if (t < 1) this.motion = requestAnimationFrame(frame);
    };
    if (time) frame();
    else {
      this.window = to;
      this.motion = requestAnimationFrame(() => this.draw());
    }
  }

  /** Keep a window where there is something to see, and neither too short nor too long. @param {Span} window */
  limited({ start, end }) {
    const whole = this.whole;
    const length = Math.min(Math.max(end - start, SHORTEST), (whole.end - whole.start) * WIDEST);
    const middle = Math.min(Math.max((start + end) / 2, whole.start - length / 2), whole.end + length / 2);
    return { start: middle - length / 2, end: middle + length / 2 };
  }

  /** @param {Span} window */
  isWhole({ start, end }) {
    const whole = this.whole;
    const slack = (whole.end - whole.start) / 1000;
    return Math.abs(start - whole.start) < slack && Math.abs(end - whole.end) < slack;
  }

  /** Move by a share of the window; later where it is above zero. */
  shift(share, step) {
    const by = share * this.length;
    this.show({ start: this.window.start + by, end: this.window.end + by }, { step, keep: !step });
  }

  /** Zoom in by a factor, about a place that stays where it is. */
  zoom(factor, at, step) {
    const length = Math.max(SHORTEST, this.length / factor);
    const start = this.window.start + at * (this.length - length);
    this.show({ start, end: start + length }, { step, keep: !step });
  }

  /** Bring a period into view, with some room around it. @param {Span} period */
  goTo({ start, end }) {
    const room = Math.max((end - start) * 0.2, SHORTEST);
    this.show({ start: start - room, end: end + room }, { step: true, free: true });
  }

  fit() {
    this.show(this.whole, { step: true });
  }

  today() {
    const half = Math.min(this.length, 366) / 2;
    this.show({ start: now() - half, end: now() + half }, { step: true, free: true });
  }

  /** What buttons and keys do. @returns {Record<string, () => void>} */
  get actions() {
    return {
      earlier: () => this.shift(-0.25, true),
      later: () => this.shift(0.25, true),
      closer: () => this.zoom(2, this.fixed, true),
      wider: () => this.zoom(0.5, 0.5, true),
      fit: () => this.fit(),
      today: () => this.today(),
      previous: () => this.heard.next(-1),
      next: () => this.heard.next(1),
      enter: () => this.focus && this.heard.entered(this.focus),
      close: () => this.heard.closed(),
      only: () => this.heard.listed(this.window),
      before: () => this.shift(-0.9, true),
      after: () => this.shift(0.9, true),
    };
  }

  /** Whether a key meant something. @param {string} key @param {boolean} held */
  key(key, held) {
    this.held = held;
    this.actions[KEYS[key]]?.();
    this.held = false;
    return key in KEYS;
  }

  /** Make the buttons and the date field beside the view do what they say. */
  controls() {
    this.root.addEventListener("click", (event) => this.actions[event.target.closest("[data-do]")?.dataset.do]?.());
    const form = this.part("drawn-go");
    const field = form.querySelector("input");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const period = typed(field.value);
      field.setCustomValidity(period ? "" : "Write a year, 44 BCE, 2025-11 or 2025-11-24T04:10");
      if (period) this.goTo(period);
      else field.reportValidity();
    });
    field.addEventListener("input", () => field.setCustomValidity(""));
  }

  /** Where an instant stands in the window, as a share. */
  share(instant) {
    return (instant - this.window.start) / this.length;
  }

  /** The place that stays where it is when one zooms by key: the open happening, or the middle. */
  get fixed() {
    const at = this.focus ? this.share(span(this.focus)[0]) : 0.5;
    return at > 0 && at < 1 ? at : 0.5;
  }

  /** Mark a happening, and bring it into view where it is not. @param {Item | null} item */
  lookAt(item) {
    this.focus = item;
    if (item) {
      const [from] = span(item);
      const at = this.share(from);
      this.aloud(named(item, this.locale));
      if (Number.isFinite(from) && (at < 0 || at > 1)) this.show({ start: from - this.length * 0.4, end: from + this.length * 0.6 });
    }
    this.draw();
  }

  draw() {
    const { window, width, locale } = this;
    const { data } = this.supply;
    this.wide = width;
    const many = data.lanes.length > 1;
    const rows = many ? (data.lanes.length > 6 ? 3 : 4) : innerWidth < 700 ? 9 : 11;
    const placed = layout(data, window, width, { rows, unit: this.pen.unit(), focus: this.focus?.id, measure: this.pen.measure });
    const before = this.elements;
    this.elements = new Map();
    const keep = (key, /** @type {() => any} */ born) => {
      const element = before.get(key) ?? born();
      this.elements.set(key, element);
      return element;
    };
    const lanes = placed.lanes.map(({ top, height }, number) => {
      const { label } = data.lanes[number];
      const element = keep(`lane ${number} ${label}`, () => lane(label));
      Object.assign(element.style, { insetBlockStart: `${top}px`, blockSize: `${height}px` });
      return { element, children: [...element.querySelectorAll(":scope > .lane-name")] };
    });
    for (const box of placed.boxes.sort((one, other) => one.from - other.from)) {
      const { item } = box;
      const element = keep(`${item.id} ${box.lane} ${item.edtf} ${item.title}`, () => happening(item, this.source.address(item), locale));
      place(element, box, width, this.focus?.id === item.id);
      lanes[box.lane].children.push(element);
    }
    const most = Math.max(...placed.chips.map((chip) => chip.count), 1);
    for (const chip of placed.chips) {
      const element = keep(`count ${chip.lane} ${Math.round(chip.at)}`, count);
      tell(element, chip, most, data.exact ? "" : "about ", locale);
      lanes[chip.lane].children.push(element);
    }
    for (const { element, children } of lanes) arrange(element, children);
    arrange(this.part("lanes"), lanes.map(({ element }) => element));
    this.part("lanes").style.blockSize = `${placed.height}px`;
    this.part("axis").replaceChildren(...axis(window, width, locale));
    this.strip.show(window);
    const pin = this.part("pin");
    const at = this.focus ? this.share(span(this.focus)[0]) : -1;
    pin.hidden = !(at >= 0 && at <= 1);
    pin.style.insetInlineStart = `${at * 100}%`;
    this.say();
    this.root.dataset.drawn = String((this.drawn += 1));
  }

  /** Say in a line what the window is, and how much is in it. */
  say() {
    const { window, locale } = this;
    const { data, problem } = this.supply;
    const unit = unitOf(window, this.width).replace("hour", "day");
    const last = unit === "minute" ? window.end : window.end - 1 / 1440;
    const ends = [window.start, last].map((instant) => said(instant, unit, locale));
    if (unit === "minute" && ~~window.start === ~~last) ends[1] = clock(asDate(last), locale);
    const { unplaced } = this.strip.overview;
    const here = this.supply.count(window);
    const many = here === null ? "…" : `${data.exact ? "" : "about "}${new Intl.NumberFormat(locale).format(here)} happening${here === 1 ? "" : "s"}${unplaced ? `; ${unplaced} more without a day to stand at` : ""}`;
    const when = ends[0] === ends[1] ? ends[0] : ends.join(" – ");
    const text = problem || `${when}: ${many}`;
    // Each in its own direction: the dates are in the reader's language.
    this.part("drawn-said").replaceChildren(...(problem ? [problem] : [make("bdi", "", when), ": ", make("bdi", "", many)]));
    this.part("drawn-empty").hidden = here !== 0;
    // Aloud only what is new, once it has come to rest.
    clearTimeout(this.saying);
    if (here === null || text === this.told) return;
    if (this.drawn) this.saying = setTimeout(() => this.aloud((this.told = text)), 700);
    else this.told = text;
  }

  /** Say something once, to those who see and to those who listen. @param {string} text */
  tell(text) {
    this.part("drawn-said").textContent = text;
    this.aloud(text);
  }

  /** @param {string} text */
  aloud(text) {
    this.part("drawn-aloud").textContent = text;
  }

  click(event) {
    const button = event.target.closest(".chip button");
    if (button) this.open(Number(button.dataset.start), Number(button.dataset.end));
    const id = event.target.closest(".item a")?.dataset.id;
    if (!id || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const item = this.supply.data.items.find((one) => one.id === id);
    if (item) this.heard.opened(item);
  }

  /** Open a count: look closer at its stretch of time, or where that cannot be told apart any further, at the list. */
  open(start, end) {
    if (end - start < 1.01 && this.length < 2 * Math.max(end - start, SHORTEST)) return this.heard.listed({ start, end });
    const half = Math.min(Math.max((end - start) * 1.3, SHORTEST), this.length * 0.6) / 2;
    const middle = (start + end) / 2;
    this.show({ start: middle - half, end: middle + half }, { step: true });
    this.view.focus({ preventScroll: true });
  }
}

/** @type {Record<string, string>} */
const KEYS = {
  ArrowLeft: "earlier", ArrowRight: "later", PageUp: "before", PageDown: "after", ArrowDown: "next", ArrowUp: "previous",
  "+": "closer", "=": "closer", "-": "wider", 0: "fit", Home: "fit", t: "today", Enter: "enter", Escape: "close",
}; // prettier-ignore
