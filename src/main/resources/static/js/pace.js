// Keeps what is drawn again and again from taking all the time there is: after each piece of work it
// rests four times as long as the work took. So a slow machine sees fewer pictures a second, and stays
// responsive.

const REST = 4;

export class Pace {
  #cost = 0;
  #ended = -Infinity;

  /** Does some work, and measures it. */
  run(work) {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#ended = performance.now();
      this.#cost = this.#ended - start;
    }
  }

  /** Milliseconds until the next piece may begin; 0 for now. */
  get rest() {
    return Math.max(0, this.#ended + REST * this.#cost - performance.now());
  }
}
