// What is asked again and again, as while somebody drags: one call at a time, and after it the newest
// wish. Those in between are left out.

export class Latest {
  #call;
  #wish = null; // {value} that waits
  #running = null;

  /** @param call makes the call for a wish; gives a promise */
  constructor(call) {
    this.#call = call;
  }

  /** Resolves once the newest wish has been granted; rejects if that one failed. */
  ask(value) {
    this.#wish = { value };
    this.#running ??= this.#run().finally(() => { this.#running = null; });
    return this.#running;
  }

  /** What waits is not wanted any more; a call under way goes on. */
  drop() {
    this.#wish = null;
  }

  async #run() {
    while (this.#wish !== null) {
      const { value } = this.#wish;
      this.#wish = null;
      try {
        await this.#call(value);
      } catch (error) {
        if (this.#wish === null) {
          throw error;
        }
      }
    }
  }
}
