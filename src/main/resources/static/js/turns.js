// Lets what is drawn again and again take turns: some of it in each picture of the screen, and none for a
// while after pictures that came late. So a page with much to draw stays smooth, each part of it moving
// less often. What drawing costs shows in when the next picture comes: most of it is the browser's work.

const BUDGET = 6; // ms of a picture
const ON_TIME = 25; // ms from one picture to the next
const REST = 1.5; // times as long as a picture was late

class Turns {
  #waiting = [];
  #picture = null; // the frame of the screen that was asked for
  #drawnAt = null; // the time of the last picture, if something was drawn for it
  #restsUntil = 0;

  /** Resolves when it is the caller's turn to draw. */
  next() {
    return this.#wait((draw) => this.#waiting.push(draw));
  }

  /** The same before all the others. */
  first() {
    return this.#wait((draw) => this.#waiting.unshift(draw));
  }

  #wait(queue) {
    return new Promise((draw) => {
      queue(draw);
      this.#ask();
    });
  }

  #ask() {
    this.#picture ??= requestAnimationFrame(this.#draw);
  }

  #draw = async (now) => {
    this.#picture = null;
    if (this.#drawnAt !== null) {
      this.#restsUntil = now + REST * Math.max(0, now - this.#drawnAt - ON_TIME);
      this.#drawnAt = null;
    }
    const start = performance.now();
    while (now >= this.#restsUntil && this.#waiting.length > 0 && performance.now() - start < BUDGET) {
      this.#drawnAt = now;
      this.#waiting.shift()();
      await null; // now it has drawn
    }
    if (this.#waiting.length > 0 || this.#drawnAt !== null) {
      this.#ask();
    }
  };
}

export const turns = new Turns();
