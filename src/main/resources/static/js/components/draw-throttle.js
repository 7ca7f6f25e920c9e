// Limits how much of the main thread repeated drawing takes.

const PAUSE_FACTOR = 4; // times the duration of the last piece of work

/**
 * Measures pieces of work and says how long to wait before the next one: four times as long as the last one
 * took. A slow machine draws less often, and the page stays responsive.
 */
export class DrawThrottle {
  #cost = 0;
  #ended = -Infinity;

  /** Does some work and measures its duration. */
  measure(work) {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#ended = performance.now();
      this.#cost = this.#ended - start;
    }
  }

  /** Milliseconds to wait before the next piece of work; 0 for none. */
  get delay() {
    return Math.max(0, this.#ended + PAUSE_FACTOR * this.#cost - performance.now());
  }
}
