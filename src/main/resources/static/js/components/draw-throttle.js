// Limits how much of the main thread repeated drawing takes.

export const LIVE_INTERVAL = 200; // ms between two drawings of what follows training: nobody reads faster
const PAUSE_FACTOR = 4; // times the duration of the last piece of work

/**
 * Measures pieces of work and says how long to wait before the next one: four times as long as the last one
 * took. A slow machine draws less often, and the page stays responsive.
 */
export class DrawThrottle {
  #cost = 0;
  #started = -Infinity;
  #ended = -Infinity;

  /** Does some work and measures its duration. */
  measure(work) {
    this.#started = performance.now();
    try {
      return work();
    } finally {
      this.#ended = performance.now();
      this.#cost = this.#ended - this.#started;
    }
  }

  /** Milliseconds to wait before the next piece of work; 0 for none. */
  get delay() {
    return Math.max(0, this.#ended + PAUSE_FACTOR * this.#cost - performance.now());
  }

  /** The same, with at least `interval` ms from the beginning of one piece of work to that of the next. */
  delayWithin(interval) {
    return Math.max(this.delay, this.#started + interval - performance.now());
  }
}
