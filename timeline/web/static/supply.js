// @ts-check
// What is at hand of the timeline for a window, and how more is come by. Owns the data and the requests for it: of those
// under way the last counts. Knows nothing of how it is drawn.

import { reaches, touches } from "./layout.js";

export class Supply {
  /** @param {Source} source @param {(busy: boolean) => void} changed there is news, or some is on its way */
  constructor(source, changed) {
    this.source = source;
    this.changed = changed;
    /** @type {View} */
    this.data = { window: null, first: 0, last: 0, count: 0, lanes: [], items: [], clusters: [], exact: true };
    this.problem = "";
    this.asked = 0;
  }

  /** Take over data that came with something else. @param {View} data */
  take(data) {
    clearTimeout(this.waiting);
    this.asked += 1;
    this.data = data;
    this.problem = "";
    this.changed(false);
  }

  /**
   * See to it that a window can be shown. `keep`: the hand is still moving, and will do with what is there.
   * @param {Span} window @param {number} width in pixels @param {boolean} [keep]
   */
  ask(window, width, keep = false) {
    clearTimeout(this.waiting);
    const asked = (this.asked += 1);
    if (this.suffices(window) && (keep || this.fresh(window) || !this.counted(window))) {
      this.problem = "";
      this.changed(false);
      return;
    }
    this.changed(true);
    this.waiting = setTimeout(
      async () => {
        let problem = "";
        try {
          const data = await this.source.view(window, width);
          if (asked === this.asked) this.data = data;
        } catch (error) {
          problem = `This part could not be fetched (${error}). Move, or reload the page, to try again.`;
        }
        if (asked !== this.asked) return;
        this.problem = problem;
        this.changed(false);
      },
      keep ? 60 : 0,
    );
  }

  /** Whether the data at hand shows a window as well as fresh data would. @param {Span} window */
  suffices({ start, end }) {
    const { first, last, window } = this.data;
    if (first > start || last + 1 < end) return false;
    return !this.counted({ start, end }) || (window !== null && Math.abs(Math.log2((window[1] - window[0]) / (end - start))) < 0.2);
  }

  /** Whether the data was fetched for this very window. @param {Span} window */
  fresh({ start, end }) {
    const { window } = this.data;
    return window !== null && Math.abs(window[0] - start) + Math.abs(window[1] - end) < (end - start) / 100;
  }

  /** Whether some of what stands in a window is known by its number alone. @param {Span} window */
  counted(window) {
    return this.data.clusters.some((cluster) => reaches(cluster, window, this.data));
  }

  /** Count what is in a window; null where that is not known yet. @param {Span} window @returns {number | null} */
  count(window) {
    if (this.suffices(window) && !this.counted(window)) return this.data.items.filter((item) => touches(item, window)).length;
    return this.fresh(window) ? this.data.count : null;
  }
}
