// Measures how fast live frames arrive and how long they take to reach the screen.

const WINDOW = 1000; // ms over which frames are counted
const SMOOTHING = 8; // frames of the moving average of the lag

export class FrameMeter {
  framesPerSecond = 0;
  stepsPerFrame = 0;
  /** Milliseconds from the arrival of a frame until it is on the screen. */
  lag = 0;

  #arrivals = []; // {at, steps} within the window
  #unpainted = null; // when the oldest frame arrived that is not on the screen yet

  /** Counts a frame that has just arrived. */
  frameArrived(steps) {
    const at = performance.now();
    this.#arrivals.push({ at, steps });
    this.#unpainted ??= at;
  }

  /** Updates the rates; time passes even when no frame arrives. */
  update() {
    const now = performance.now();
    this.#arrivals = this.#arrivals.filter(({ at }) => at > now - WINDOW);
    const frames = this.#arrivals.length;
    const steps = this.#arrivals.reduce((sum, arrival) => sum + arrival.steps, 0);
    this.framesPerSecond = frames;
    this.stepsPerFrame = frames === 0 ? 0 : steps / frames;
  }

  /** To be called after drawing: what was drawn is on the screen with the next animation frame. */
  drawn() {
    const arrival = this.#unpainted;
    this.#unpainted = null;
    if (arrival !== null) {
      requestAnimationFrame(() => {
        this.lag += ((performance.now() - arrival) - this.lag) / SMOOTHING;
      });
    }
  }
}
