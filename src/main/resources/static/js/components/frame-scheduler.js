// Spreads repeated drawing over animation frames, so that a page with much to draw stays smooth.

const BUDGET = 6; // ms of drawing per frame
const ON_TIME = 25; // ms between frames that are not late
const PAUSE_FACTOR = 1.5; // times as long as a frame was late

/**
 * Runs waiting drawings in turn, a few per animation frame, and pauses after frames that came late. The cost
 * of drawing shows only in when the next frame comes, because most of it is the browser's own work.
 */
class FrameScheduler {
  #waiting = [];
  #request = null; // the animation frame that is requested
  #drawnAt = null; // the time of the last frame, if something was drawn in it
  #restsUntil = 0;

  /** Resolves when it is the caller's turn to draw. */
  nextTurn() {
    return this.#wait((draw) => this.#waiting.push(draw));
  }

  /** Resolves when it is the caller's turn to draw, ahead of all others that wait. */
  priorityTurn() {
    return this.#wait((draw) => this.#waiting.unshift(draw));
  }

  #wait(enqueue) {
    return new Promise((draw) => {
      enqueue(draw);
      this.#requestFrame();
    });
  }

  #requestFrame() {
    this.#request ??= requestAnimationFrame(this.#draw);
  }

  #draw = async (now) => {
    this.#request = null;
    if (this.#drawnAt !== null) {
      this.#restsUntil = now + PAUSE_FACTOR * Math.max(0, now - this.#drawnAt - ON_TIME);
      this.#drawnAt = null;
    }
    const start = performance.now();
    while (now >= this.#restsUntil && this.#waiting.length > 0 && performance.now() - start < BUDGET) {
      this.#drawnAt = now;
      this.#waiting.shift()();
      await null; // lets the caller draw
    }
    if (this.#waiting.length > 0 || this.#drawnAt !== null) {
      this.#requestFrame();
    }
  };
}

export const frameScheduler = new FrameScheduler();
