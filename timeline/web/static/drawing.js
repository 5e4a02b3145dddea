// @ts-check
// The drawn timeline: the window that is looked at, its motion, and what is in it. Asks its source for what a window holds where
// what is at hand will not do. Says that a happening was chosen by the event "happening" of its root. Knows nothing of the address,
// the search or the card.

import { caption, kinds } from "./caption.js";
import { now, writtenWindow } from "./calendar.js";
import { column } from "./column.js";
import { actions, KEYS } from "./controls.js";
import { listen } from "./gestures.js";
import { CHIPS, layout, memory, ROW, span, touches } from "./layout.js";
import { joined, Loader } from "./loader.js";
import { arrange, axis, beside, count, fill, happening, lane, make, manyOf, named, others, place, styled, tell } from "./marks.js";
import { pen } from "./pen.js";
import { Scale } from "./scale.js";
import { Sight } from "./sight.js";
import { Strip } from "./strip.js";
import { clicked, focusOn, on } from "./page.js";

/** The shortest view, in days; the longest, in times all there is; the room around all, as a share; milliseconds. */
const SHORTEST = 10 / 1440;
const WIDEST = 12;
const MARGIN = 0.03;
const MOTION = 220;
/** Narrower than this, in pixels, time runs down. */
const NARROW = 600;
/** How many rows a lane may have at most; and at least, however low the screen is. */
const ROWS = 40;
const FEWEST_ROWS = 10;

export class Drawing {
  /**
   * Later `window` is what is looked at, `focus` the happening whose card is open, and `listing` the list of a count that was opened.
   * @param {any} root @param {Source} source @param {Heard} heard
   */
  constructor(root, source, heard) {
    this.root = root;
    this.source = source;
    this.heard = heard;
    this.part = (name) => root.querySelector(`.${name}`);
    this.view = this.part("view");
    this.scale = new Scale();
    this.strip = new Strip(this.part("strip"), (window, done) => this.show(window, { step: done, keep: !done }));
    this.loader = new Loader(source, (busy, isSame = false) => {
      root.ariaBusy = busy ? "true" : null;
      if (!busy && !isSame) this.draw();
    });
    this.pen = pen(this.view);
    this.elements = new Map();
    this.drawn = 0;
    /** What stays as it is while one moves along, and at which scale. */
    this.kept = /** @type {any} */ ({});
    listen(this.view, this);
    on(this.view, "click", (event) => this.click(event));
    this.sight = new Sight(this.part("words"), this.part("lanes"));
    new ResizeObserver(() => {
      if (this.width === this.wide) return;
      this.draw();
      this.loader.ask(this.window, false, true);
    }).observe(this.view);
  }

  get width() {
    return this.view.clientWidth || 800;
  }

  /** Whether there is too little room for time to run along a line. */
  get narrow() {
    return this.width < NARROW;
  }

  /** How many rows a lane may have: where not all can be shown, those that the screen has room for, and the counts below them. */
  get rows() {
    const { lanes, clusters } = this.loader.data;
    if (lanes.length > 1 || !clusters.length) return ROWS;
    const room = innerHeight - scrollY - this.view.getBoundingClientRect().top - this.part("words").offsetHeight;
    return Math.min(ROWS, Math.max(FEWEST_ROWS, Math.floor((room / this.pen.unit() - CHIPS - 8) / ROW)));
  }

  /** How long the window is, in places of the scale. */
  get length() {
    return this.scale.length(this.window);
  }

  /** All there is, with some room around it. @returns {Span} */
  get whole() {
    const { first, last } = this.overview;
    const { parts } = this.scale;
    if (parts.length) return { start: parts[0][0], end: parts[parts.length - 1][1] };
    if (first === null || last === null) return { start: now() - 30, end: now() + 30 };
    const length = last + 1 - first;
    const room = length < 1 ? length * 0.06 + 7e-4 : Math.max(1, length * MARGIN);
    return { start: first - room, end: last + 1 + room };
  }

  /** What is shown at first. @returns {Span} */
  get opening() {
    const [start, end] = this.overview.opening ?? [];
    return end === undefined ? this.whole : { start, end };
  }

  /** Take over what was found anew. @param {Overview} overview @param {View} view @param {boolean} [isTrue] whether the axis is not to be broken */
  set(overview, view, isTrue = false) {
    cancelAnimationFrame(this.motion ?? 0);
    this.overview = overview;
    this.isTrue = isTrue;
    this.listing?.close();
    this.kept.length = this.wide = 0;
    this.prepare();
    this.window = view.window ? { start: view.window[0], end: view.window[1] } : this.whole;
    this.part("kinds").replaceChildren(...kinds(overview, this.source));
    this.loader.width = this.width;
    this.loader.take(view);
  }

  /** Make the scale, and the strip on it. */
  prepare() {
    this.scale = this.loader.scale = new Scale(this.isTrue ? [] : this.overview.parts);
    this.strip.set(this.overview, this.whole, this.scale, this.pen.measure);
    const button = this.part("drawn-scale");
    button.hidden = !this.overview.parts?.length;
    button.textContent = this.isTrue ? "Cut empty years short" : "True scale";
  }

  /** Cut long empty stretches short, or draw the axis to one scale. */
  turn() {
    const isWhole = this.isWhole(this.window);
    this.isTrue = !this.isTrue;
    this.prepare();
    this.heard.scaled?.(this.isTrue);
    this.kept.length = 0;
    this.show(isWhole ? this.whole : this.window, { calm: true });
  }

  /**
   * Look at a window. `step`: one that can be gone back from; `keep`: the hand is still moving; `calm`: without motion;
   * `free`: also where there is nothing.
   * @param {Span} window @param {{step?: boolean, keep?: boolean, calm?: boolean, free?: boolean}} [how]
   */
  show(window, { step = false, keep = false, calm = false, free = false } = {}) {
    const { scale } = this;
    const to = free ? window : this.limited(window);
    const from = this.window;
    cancelAnimationFrame(this.motion ?? 0);
    this.listing?.close();
    if (!keep) this.heard.moved(this.isWhole(to, this.opening) ? null : to, step && !this.held);
    this.loader.ask(to, keep);
    const began = performance.now();
    const time = calm || keep || matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOTION;
    const between = (/** @type {"start" | "end"} */ side, /** @type {number} */ share) => scale.at(from[side]) + (scale.at(to[side]) - scale.at(from[side])) * share;
    const frame = () => {
      const t = time ? Math.min(1, (performance.now() - began) / time) : 1;
      const eased = 1 - (1 - t) ** 3;
      this.moving = t < 1;
      this.window = t === 1 ? to : scale.between(between("start", eased), between("end", eased));
      this.draw();
      if (t < 1) this.motion = requestAnimationFrame(frame);
    };
    if (!time) this.window = to;
    if (time || keep) this.motion = requestAnimationFrame(frame);
    else frame();
  }

  /** Keep a window where there is something to see, and neither too short nor too long. @param {Span} window */
  limited({ start, end }) {
    const { scale, whole } = this;
    const [first, last] = [scale.at(whole.start), scale.at(whole.end)];
    const length = Math.min(scale.at(end) - scale.at(start), Math.max((last - first) * WIDEST, this.length));
    const middle = Math.min(Math.max((scale.at(start) + scale.at(end)) / 2, first - length / 2), last + length / 2);
    const window = scale.between(middle - length / 2, middle + length / 2);
    if (window.end - window.start >= SHORTEST) return window;
    const at = (window.start + window.end) / 2;
    return { start: at - SHORTEST / 2, end: at + SHORTEST / 2 };
  }

  /** Whether a window is all there is, or another. @param {Span} window */
  isWhole({ start, end }, whole = this.whole) {
    const { scale } = this;
    const slack = scale.length(whole) / 1000;
    return Math.abs(scale.at(start) - scale.at(whole.start)) < slack && Math.abs(scale.at(end) - scale.at(whole.end)) < slack;
  }

  /** Move by a share of the window; later where it is above zero. */
  shift(share, step) {
    const { scale, window, length } = this;
    this.show(scale.between(scale.at(window.start) + share * length, scale.at(window.end) + share * length), { step, keep: !step });
  }

  /** Zoom in by a factor, about a place that stays where it is, as a share of the window. */
  zoom(factor, at, step) {
    const { scale, window } = this;
    const fixed = scale.at(window.start) + at * this.length;
    const around = scale.between(fixed - (at * this.length) / factor, fixed + ((1 - at) * this.length) / factor);
    const short = SHORTEST / Math.max(around.end - around.start, 1e-9);
    this.show(short > 1 ? { start: scale.when(fixed) - at * SHORTEST, end: scale.when(fixed) + (1 - at) * SHORTEST } : around, { step, keep: !step });
  }

  /** Bring a period into view, with some room around it. @param {Span} period */
  goTo({ start, end }) {
    const room = Math.max((end - start) * 0.2, SHORTEST);
    this.show({ start: start - room, end: end + room }, { step: true, free: true });
  }

  /** Whether a key meant something. @param {string} key @param {boolean} held */
  key(key, held) {
    this.held = held;
    actions(this)[KEYS[key]]?.();
    this.held = false;
    return key in KEYS;
  }

  /** Whether there is anything to be seen by zooming in by a factor. @param {number} factor */
  zooms(factor) {
    return factor > 1 || this.length < this.scale.length(this.whole) * 0.999;
  }

  /** The hand has let go. */
  settle() {
    this.show(this.window, { step: performance.now() - (this.settled ?? -1e4) > 1500, calm: true });
    this.settled = performance.now();
  }

  /** Say, the first time, how the wheel zooms. */
  hint() {
    if (this.hinted) return;
    this.hinted = true;
    const hint = this.part("drawn-hint");
    hint.hidden = false;
    setTimeout(() => (hint.hidden = true), 4000);
  }

  /** Where an instant is in the window, as a share. */
  share(instant) {
    return this.scale.pixels(this.window, 1)(instant);
  }

  /** The place that stays where it is when one zooms by key: the open happening, or the middle. */
  get fixed() {
    const at = this.focus ? this.share(span(this.focus)[0]) : 0.5;
    return at > 0 && at < 1 ? at : 0.5;
  }

  /** Go on in time: to the next happening where one is open, else the window by a part. @param {1 | -1} step */
  along(step) {
    if (!this.focus) return this.shift(step / 4, true);
    focusOn(this.view);
    this.heard.next(step);
  }

  /** Where the open happening is drawn; of several lanes, in the one in which it was come to. */
  get own() {
    const all = [...this.view.querySelectorAll(".focused > a")];
    return all.includes(this.link) ? this.link : all[0];
  }

  /** Go to what is nearest in the next row, above or below; with none open, to the first or the last. @param {1 | -1} step */
  across(step) {
    const from = this.own?.getBoundingClientRect();
    const away = (/** @type {any} */ link) => {
      const { top, left } = link.getBoundingClientRect();
      const rows = (top - from.top) * step;
      return rows > 1 ? rows * 1e4 + Math.abs(left - from.left) : Infinity;
    };
    focusOn(this.view);
    if (!from) return this.heard.next(step);
    this.link = [...this.view.querySelectorAll(".item > a")].sort((one, other) => away(one) - away(other) || 0)[0];
    if (away(this.link) < Infinity) this.heard.next(step, this.item(this.link.dataset.id));
    else this.tell(`There is nothing ${step > 0 ? "below" : "above"}.`);
  }

  /** Scroll to the open happening where it is not in sight. */
  seek() {
    this.own?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} id */
  item(id) {
    return this.loader.data.items.find((one) => one.id === id);
  }

  /** Where something beside the drawing takes room or gives it back, let the window end elsewhere: nothing in it moves. */
  fit() {
    const { width, wide, window, scale, root } = this;
    if (!wide || width === wide || this.narrow || root.clientWidth !== this.all) return;
    const [first, last] = [scale.at(window.start), scale.at(window.end)];
    const length = ((last - first) * width) / wide;
    this.window = root.classList.contains("turned") ? scale.between(last - length, last) : scale.between(first, first + length);
    // All that is shown stays all.
    if (width > wide) for (const all of [this.opening, this.whole]) if (this.isWhole(window, all)) this.window = all;
  }

  /** Mark a happening, draw it by itself, and bring it into view where no part of it is. @param {Item | null} item */
  lookAt(item) {
    this.focus = item;
    if (item) {
      const { loader } = this;
      if (item.lanes) loader.data = joined({ ...loader.data, items: [item] }, loader.data, this.window);
      const [from] = span(item);
      const at = this.scale.at(from);
      this.aloud(named(item));
      if (Number.isFinite(from) && !touches(item, this.window)) return this.show(this.scale.between(at - this.length * 0.4, at + this.length * 0.6));
    }
    this.draw();
  }

  draw() {
    this.fit();
    const { window, width, narrow } = this;
    const { data } = this.loader;
    this.wide = this.loader.width = width;
    this.all = this.root.clientWidth;
    this.view.classList.toggle("column", narrow);
    this.root.classList.toggle("narrow", narrow);
    const before = this.elements;
    const inside = this.view.matches(":focus-within");
    this.elements = new Map();
    const keep = (/** @type {string} */ key, /** @type {() => any} */ born) => {
      const element = before.get(key) ?? born();
      this.elements.set(key, element);
      return element;
    };
    const lanes = data.lanes.map(({ value, label }, number) => {
      const element = keep(`lane ${number} ${label}`, () => lane(label));
      if (this.source.byKind?.() && this.overview.kinds) element.dataset.kind = String(this.overview.kinds.indexOf(value ?? "") + 1);
      return { element, children: [...element.querySelectorAll(":scope > .lane-name")] };
    });
    const made = (/** @type {Item} */ item, /** @type {number} */ number) =>
      keep(`${item.id} ${number} ${item.edtf} ${item.title} ${item.marks}`, () => happening(item, this.source.address(item), this.overview.kinds ?? []));
    const about = data.exact ? "" : "about ";
    if (narrow) {
      lanes.forEach(({ element, children }, number) => {
        styled(element, "");
        const rows = column(data, number, window, this.scale, { width, item: (item) => made(item, number), keep, focus: this.focus?.id, about });
        children.push(...rows);
      });
      this.part("lanes").style.blockSize = "";
      for (const name of ["lines", "words"]) fill(this.part(name), []);
      this.sight.set({ lanes: [], boxes: [], chips: [] }, 1, "");
    } else this.wideDraw(lanes, made, keep, about);
    for (const { element, children } of lanes) arrange(element, this.listing?.element?.parentElement === element ? this.listing.among(children) : children);
    arrange(this.part("lanes"), lanes.map(({ element }) => element));
    // What had the focus has left the window: the drawing has it.
    if (inside && !this.view.matches(":focus-within")) focusOn(this.view);
    this.strip.show(window, width);
    const isWhole = this.isWhole(window);
    this.part("turn-before").hidden = !narrow || isWhole || window.start <= this.whole.start;
    this.part("turn-after").hidden = !narrow || isWhole || window.end >= this.whole.end;
    this.say();
    if (!this.moving) for (const sign of this.root.querySelectorAll("[data-sign]")) sign.hidden = !this.view.querySelector(sign.dataset.sign);
    this.root.dataset.drawn = String((this.drawn += 1));
  }

  /** Draw with time along a line. */
  wideDraw(lanes, made, keep, about) {
    const { window, width, scale } = this;
    const { data } = this.loader;
    const unit = this.pen.unit();
    const room = [...data.lanes.map(({ label }) => label), unit].join();
    const length = this.length / width;
    const isSame = this.kept.room === room && Math.abs(length / this.kept.length - 1) < 1e-3;
    if (!this.moving && !(isSame && this.kept.whole)) Object.assign(this.kept, { memory: memory(), length, room, whole: this.loader.suffices(window), rows: this.rows });
    const placed = layout(data, window, width, { rows: this.kept.rows, unit, focus: this.focus?.id, measure: this.pen.measure, px: scale.pixels(window, width), kept: this.kept.memory });
    placed.lanes.forEach(({ top, height }, number) => styled(lanes[number].element, `inset-block-start:${top}px;block-size:${height}px`));
    for (const box of placed.boxes.sort((one, other) => one.from - other.from || one.row - other.row)) {
      const element = made(box.item, box.lane);
      place(element, box, width, unit, this.focus?.id === box.item.id);
      lanes[box.lane].children.push(element);
    }
    const most = Math.max(...placed.chips.map((chip) => chip.count), 1);
    for (const chip of placed.chips) {
      const element = keep(`count ${chip.lane} ${chip.start}`, count);
      tell(element, chip, most, about);
      lanes[chip.lane].children.push(element);
    }
    this.part("lanes").style.blockSize = `${placed.height}px`;
    this.sight.set(placed, unit, about);
    const { lines, words } = axis(scale, window, width, this.pen.measure);
    fill(this.part("lines"), [...lines, ...others(data.others ?? [], scale.pixels(window, width), width), ...beside(this.overview.period, scale.pixels(window, width), width)]);
    fill(this.part("words"), words);
  }

  /** Say in a line what the window is, and how much is in it. */
  say() {
    const { window, overview, wide: width = 800, loader } = this;
    const isWhole = this.isWhole(window);
    const isOpening = this.isWhole(window, this.opening);
    const here = loader.count(window);
    const may = here === null || !overview.vague ? null : loader.may(window, writtenWindow(window), () => this.say());
    const outside = (overview.others?.length || isOpening) && !isWhole && here !== null && overview.total ? Math.max(0, overview.total - here) : 0;
    // Its own beginning and end are said, or those that were asked for, not the room around it.
    const [first, last] = ((isWhole || isOpening) && overview.range) || [overview.first ?? -Infinity, overview.last ?? Infinity];
    const [start, end] = (isWhole && overview.period) || [];
    this.period = { start: start ?? Math.max(window.start, first), end: end ?? Math.min(window.end, last + 1) };
    if (this.period.start >= this.period.end) this.period = window;
    const [when, many] = caption(this.period, width, { here, may: may ?? null, unplaced: overview.unplaced ?? 0, outside, exact: loader.data.exact });
    const text = loader.problem || `${when}: ${many}`;
    // Each in its own direction: the dates are in the reader's language.
    const said = this.part("drawn-said");
    if (said.textContent !== text) said.replaceChildren(...(loader.problem ? [text] : [make("bdi", "", when), ": ", make("bdi", "", many)]));
    said.ariaBusy = may === undefined ? "true" : null;
    this.part("drawn-all").hidden = !outside;
    const empty = this.part("drawn-empty");
    empty.hidden = here !== 0 || may === undefined;
    empty.firstChild.data = may ? `${manyOf(may, "")} may fall here. ` : "Nothing here. ";
    // Aloud only what is new, once it has come to rest.
    clearTimeout(this.saying);
    if (here === null || text === this.announced) return;
    if (this.drawn) this.saying = setTimeout(() => this.aloud((this.announced = text)), 700);
    else this.announced = text;
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
    const chip = event.target.closest(".chip");
    if (chip) this.open(chip);
    const id = clicked(event)?.dataset.id;
    if (!id) return;
    event.preventDefault();
    const item = this.item(id) ?? this.listing?.items.get(id);
    if (item) this.root.dispatchEvent(new CustomEvent("happening", { bubbles: true, detail: item }));
  }

  /** Open a count, which takes more of our scripts. @param {any} chip */
  async open(chip) {
    this.listing ??= new (await import("./list.js")).Listing(this);
    await this.listing.choose(chip);
  }
}
