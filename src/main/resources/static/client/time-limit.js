// Ends requests and waits that take too long, or that the caller cancels.

import { timedOut } from './api-error.js';

/** The longest time of a timer: with more, it fires at once. */
const LONGEST = 2 ** 31 - 1; // ms

/** @throws {RangeError} if a time is not one that timers can wait for */
export function requireTime(name, value) {
  if (typeof value !== 'number' || !(value > 0 && value <= LONGEST)) {
    throw new RangeError(`${name} must be milliseconds above 0, up to ${LONGEST}, but is ${value}`);
  }
  return value;
}

/** A signal that aborts when something takes too long, or with the signal of the caller. */
export class TimeLimit {
  #controller = new AbortController();
  #timeout; // ms
  #callerSignal;
  #timer;

  /** @throws the reason of `signal` if it is aborted already */
  constructor(timeout, signal) {
    signal?.throwIfAborted();
    this.#timeout = requireTime('timeout', timeout);
    this.#callerSignal = signal;
    signal?.addEventListener('abort', this.#abortWithCaller);
  }

  get signal() {
    return this.#controller.signal;
  }

  /** What ended the work early: the reason of the caller, or a timeout; undefined if neither. */
  get reason() {
    return this.signal.reason;
  }

  /** Waits for the server: returns what the promise gives, or throws `reason`, or else what `otherwise` makes of the error. */
  async wait(promise, otherwise) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#abort(timedOut(`The server did not respond within ${this.#timeout / 1000} s`)), this.#timeout);
    try {
      return await promise;
    } catch (error) {
      throw this.reason ?? otherwise(error);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Has to be called when the work is done. Aborts what is still open. */
  end() {
    this.#abort(undefined);
  }

  #abortWithCaller = () => this.#abort(this.#callerSignal.reason);

  #abort(reason) {
    clearTimeout(this.#timer);
    this.#callerSignal?.removeEventListener('abort', this.#abortWithCaller);
    this.#controller.abort(reason);
  }
}

/** Resolves after a time; rejects when the signal is aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
