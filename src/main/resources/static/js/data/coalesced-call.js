// Coalesces requests that come faster than the server responds, as while the user drags a slider.

/** Makes one call at a time, and after it one for the newest request; those in between are dropped. */
export class CoalescedCall {
  #call;
  #pending = null; // {value} of the newest request that waits
  #running = null;

  /** @param call makes the call for a value; returns a promise */
  constructor(call) {
    this.#call = call;
  }

  /** Resolves once the newest request is done; rejects if that one failed. */
  request(value) {
    this.#pending = { value };
    this.#running ??= this.#run().finally(() => { this.#running = null; });
    return this.#running;
  }

  /** Drops the request that waits; a call in flight is not cancelled. */
  discardPending() {
    this.#pending = null;
  }

  async #run() {
    while (this.#pending !== null) {
      const { value } = this.#pending;
      this.#pending = null;
      try {
        await this.#call(value);
      } catch (error) {
        if (this.#pending === null) {
          throw error;
        }
      }
    }
  }
}
