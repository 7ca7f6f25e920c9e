// Spreads repeated drawing over animation frames, so that a page with much to draw stays smooth.

const BUDGET = 4; // ms of drawing, after which the rest waits for the next frame
const ON_TIME = 25; // ms between frames that are not late
const PAUSE_FACTOR = 1.5; // times as long as a frame was late

/**
 * Runs waiting drawings in turn, few per animation frame, and pauses after frames that came late. Most of the cost of a
 * drawing is the browser's own work after it: so a frame has one drawing that changes something, and as many that turn
 * out to change nothing as fit beside it. Whoever asks for a turn during a frame gets it in a later one.
 */
class FrameScheduler {
  #first = []; // those that wait, ahead of the others
  #others = [];
  #request = null; // the animation frame that is requested
  #drawnAt = null; // the time of the last frame, if something was drawn in it
  #restsUntil = 0;

  /** Resolves when it is the caller's turn to draw. */
  nextTurn() {
    return this.#wait(this.#others);
  }

  /** Resolves when it is the caller's turn to draw, ahead of all others that wait. */
  priorityTurn() {
    return this.#wait(this.#first);
  }

  #wait(queue) {
    return new Promise((draw) => {
      queue.push(draw);
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
    const turns = [...this.#first.splice(0), ...this.#others.splice(0)];
    while (now >= this.#restsUntil && turns.length > 0 && performance.now() - start < BUDGET) {
      this.#drawnAt = now;
      turns.shift()();
      await null; // lets the caller draw
    }
    this.#others.unshift(...turns);
    if (this.#first.length + this.#others.length > 0 || this.#drawnAt !== null) {
      this.#requestFrame();
    }
  };
}

export const frameScheduler = new FrameScheduler();
