// Runs: training in the background.

import { timedOut } from './api-error.js';
import { Retries } from './retries.js';
import { pause, requireTime } from './time-limit.js';

const POLL_RETRIES = 5;

/** Whether a run, as the API shows it, has succeeded, failed or was cancelled. */
export function hasEnded(view) {
  return ['succeeded', 'cancelled', 'failed'].includes(view.state);
}

/** A run ended as failed. `run` is the Run. */
export class RunFailedError extends Error {
  constructor(run) {
    super(`run ${run.id} failed: ${run.view.reason ?? 'no reason given'}`);
    this.name = 'RunFailedError';
    this.run = run;
  }
}

/** A background training job. `view` is its last known state, as the API shows it. */
export class Run {
  #http;
  #path;

  constructor(http, runsPath, view) {
    this.#http = http;
    this.#path = `${runsPath}/${view.id}`;
    this.view = view;
  }

  /** The number of the run in its session, from 1. */
  get id() {
    return this.view.id;
  }

  /** `queued`, `running`, `pausing`, `paused`, `cancelling`, `succeeded`, `cancelled` or `failed`. */
  get state() {
    return this.view.state;
  }

  get hasEnded() {
    return hasEnded(this.view);
  }

  /** Fetches the present state. */
  async refresh({ signal } = {}) {
    this.view = await this.#http.call('GET', this.#path, { signal });
    return this;
  }

  /** Pauses after the step in progress. */
  pause() {
    return this.#change('pause');
  }

  /** Continues after a pause. */
  resume() {
    return this.#change('resume');
  }

  /** Ends the run. Its steps are kept. */
  cancel() {
    return this.#change('cancel');
  }

  async #change(action) {
    this.view = await this.#http.call('POST', `${this.#path}/${action}`);
    return this;
  }

  /**
   * Waits until the run has ended. A short loss of the connection is overlooked.
   *
   * @param options.progress is called with the run each time it was fetched
   * @param options.interval ms between two fetches; @param options.timeout ms to wait at most
   * @throws {RunFailedError} if it ended as failed
   * @throws {ApiError} `timed_out` if it did not end in time; the run continues
   */
  async wait({ progress = () => {}, interval = 250, timeout = 3_600_000, signal } = {}) {
    requireTime('interval', interval);
    const deadline = performance.now() + requireTime('timeout', timeout);
    const budget = new Retries(POLL_RETRIES);
    while (true) {
      try {
        await this.refresh({ signal });
        budget.reset();
      } catch (error) {
        await budget.pauseAfter(error, signal);
        continue;
      }
      progress(this);
      if (this.hasEnded) {
        break;
      }
      const remaining = deadline - performance.now();
      if (remaining <= 0) {
        throw timedOut(`run ${this.id} has not ended within ${timeout / 1000} s; it continues`);
      }
      await pause(Math.min(interval, remaining), signal);
    }
    if (this.state === 'failed') {
      throw new RunFailedError(this);
    }
    return this;
  }
}
