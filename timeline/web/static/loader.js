// @ts-check
// What is at hand of the timeline for a window, and how more is fetched. Owns the data and the requests for it: of those
// under way the last counts. Knows nothing of how it is drawn.

import { counts, reaches, span, touches } from "./layout.js";
import { Scale } from "./scale.js";

/** How long the hand is waited for before anything is asked that can wait, in milliseconds. */
const PAUSE = 150;

export class Loader {
  /** @param {Source} source @param {(busy: boolean, isSame?: boolean) => void} changed there is news, or some is on its way; what is there may do */
  constructor(source, changed) {
    this.source = source;
    this.changed = changed;
    this.scale = new Scale();
    this.problem = "";
    this.asked = 0;
    /** How wide the drawing is, in pixels. */
    this.width = 0;
    /** What was recorded or changed since the page was opened. @type {Set<string>} */
    this.news = new Set();
    /** How many may fall into a window, as last heard. @type {{window?: string, many?: number | null}} */
    this.heard = {};
  }

  /** Take over data that came with something else. @param {View} data */
  take(data) {
    clearTimeout(this.waiting);
    this.asked += 1;
    this.data = this.marked({ width: this.width, ...data });
    this.problem = "";
    this.changed(false);
  }

  /**
   * See to it that a window can be shown. `keep`: the hand is still moving, and will do with what is there; `late`: nobody waits.
   * @param {Span} window @param {boolean} [keep] @param {boolean} [late]
   */
  ask(window, keep = false, late = keep) {
    clearTimeout(this.waiting);
    const asked = (this.asked += 1);
    if (this.suffices(window) && (keep || this.fresh(window) || !this.counted(window))) {
      this.problem = "";
      this.changed(false, true);
      return;
    }
    this.changed(true);
    if (late) this.waiting = setTimeout(() => this.fetch(window, asked), 60);
    else this.fetch(window, asked);
  }

  /** @param {Span} window @param {number} asked */
  async fetch(window, asked) {
    const { width } = this;
    let problem = "";
    try {
      const data = this.marked({ width, ...(await this.source.view(window, width, this.scale.written(window, width))) });
      if (asked === this.asked) this.data = this.alike(window) ? joined(this.data, data, window) : data;
    } catch (error) {
      problem = `This part could not be fetched (${error}). Move, or reload the page, to try again.`;
    }
    if (asked !== this.asked) return;
    this.problem = problem;
    this.changed(false);
  }

  /** Mark what is new. @param {View} data */
  marked(data) {
    for (const { id, marks } of data.items) if (this.news.has(id)) marks?.push("new");
    return data;
  }

  /** Whether the data at hand was fetched for as many days to the pixel as a window has. @param {Span} wanted @param {number} [slack] */
  alike(wanted, slack = 0.02) {
    const { window, width = this.width } = this.data;
    if (!window) return false;
    const lengths = [{ start: window[0], end: window[1] }, wanted].map((one) => this.scale.length(one));
    return Math.abs(Math.log2((lengths[0] * this.width) / (lengths[1] * width))) < slack;
  }

  /** Whether the data at hand shows a window as well as fresh data would. @param {Span} window */
  suffices(window) {
    const { first, last } = this.data;
    if (first > window.start || last + 1 < window.end) return false;
    return !this.counted(window) || this.alike(window, 0.2);
  }

  /** Whether the data was fetched for this very window. @param {Span} window */
  fresh({ start, end }) {
    const { window } = this.data;
    // It is asked for in whole minutes.
    const slack = Math.max((end - start) / 100, 2.1 / 1440);
    return window !== null && Math.abs(window[0] - start) + Math.abs(window[1] - end) < slack;
  }

  /** Whether some of what is in a window is known by its number alone. @param {Span} window */
  counted(window) {
    return this.data.clusters.some((cluster) => reaches(cluster, window, this.data));
  }

  /** Count what is in a window; null where that is not known yet. @param {Span} window @returns {number | null} */
  count(window) {
    if (this.suffices(window) && !this.counted(window)) return this.data.items.filter((item) => touches(item, window)).length;
    return this.fresh(window) ? this.data.count : null;
  }

  /**
   * Count what may have happened in a window; null where that is not known. While the server is asked it is undefined, and then
   * `later` is called.
   * @param {Span} window @param {string} written @param {() => void} later @returns {number | null | undefined}
   */
  may(window, written, later) {
    clearTimeout(this.pause);
    if (this.fresh(window)) return this.data.may;
    if (this.heard.window === written) return this.heard.many;
    this.pause = setTimeout(async () => {
      const found = await this.source.view(window, 200, "").catch(() => null);
      this.heard = { window: written, many: found?.may ?? null };
      later();
    }, PAUSE);
    return undefined;
  }
}

/**
 * Keep of earlier data, fetched at the same scale, what is still in view: it is taken out of the count that it is in now.
 * @param {View} before @param {View} data @param {Span} window @returns {View}
 */
export function joined(before, data, window) {
  const values = (/** @type {View} */ { lanes }) => lanes.map((lane) => lane.value).join();
  if (!data.exact || values(before) !== values(data)) return data;
  const known = new Set(data.items.map((item) => item.id));
  const clusters = data.clusters.map((cluster) => /** @type {Cluster} */ ([...cluster]));
  const items = [...data.items];
  for (const item of before.items) {
    if (known.has(item.id) || !touches(item, window)) continue;
    const [from] = span(item);
    const within = item.lanes.map((lane) => clusters.find((one) => one[0] === lane && one[3] > 0 && counts(one, from, data)));
    if (!within.every(Boolean)) continue;
    for (const one of within) /** @type {Cluster} */ (one)[3] -= 1;
    items.push(item);
  }
  return { ...data, items, clusters: clusters.filter((cluster) => cluster[3] > 0) };
}
