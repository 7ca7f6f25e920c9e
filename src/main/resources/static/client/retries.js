// Tries again after temporary failures, with growing pauses and a bound.

import { ApiError } from './api-error.js';
import { pause } from './time-limit.js';

const FIRST_PAUSE = 250; // ms
const LONGEST_PAUSE = 30_000;

/** Bounds the failures in a row of something that is tried again. */
export class Retries {
  #most;
  #failures = 0;

  constructor(most) {
    if (!Number.isInteger(most) || most < 0) {
      throw new RangeError(`retries must be an integer from 0, but is ${most}`);
    }
    this.#most = most;
  }

  /** After a success. */
  reset() {
    this.#failures = 0;
  }

  /**
   * Waits before the next try: as long as the service asks for, or else twice as long each time.
   *
   * @throws the error if it is not temporary or there were too many in a row; the reason of `signal` if it is aborted
   */
  async pauseAfter(error, signal) {
    if (!(error instanceof ApiError && error.isTemporary) || this.#failures >= this.#most) {
      throw error;
    }
    // with jitter, so that not all clients come back at the same moment
    const growing = FIRST_PAUSE * 2 ** Math.min(this.#failures, 10) * (0.75 + Math.random() / 2);
    const wanted = error.retryAfter === undefined ? growing : error.retryAfter * 1000;
    this.#failures++;
    await pause(Math.min(wanted, LONGEST_PAUSE), signal);
  }
}
