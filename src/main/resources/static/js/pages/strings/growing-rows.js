// Rows that arrive one after the other, and are shown now and then meanwhile.

const INTERVAL = 100; // ms between two updates, at least
const PAUSE_FACTOR = 4; // times the duration of the last update

/** Collects the rows of one response. A slow browser, or a long list, shows them less often. */
export class GrowingRows {
  #rows = [];
  #show;
  #timer = null;
  #interval = INTERVAL;

  /** @param show called with a copy of all rows; returns a promise that is done once they are on the screen */
  constructor(show) {
    this.#show = show;
  }

  /**
   * Receives the lines of a response, see `linesOf` in api.js.
   *
   * @param rowOf makes a row from a line and its index
   * @param signal of the request; if it is aborted, the rows received before are shown
   * @return {end, problem, isStopped}: `problem` is why the response failed, or null
   */
  async receive(batches, rowOf, signal) {
    let end = null;
    let problem = null;
    try {
      for await (const batch of batches) {
        this.#add(batch.lines.map((line, i) => rowOf(line, this.#rows.length + i)));
        ({ end } = batch);
      }
    } catch (error) {
      problem = signal.aborted ? null : error;
    }
    clearTimeout(this.#timer);
    await this.#show([...this.#rows]);
    return { end, problem, isStopped: signal.aborted };
  }

  #add(rows) {
    for (const row of rows) {
      this.#rows.push(row);
    }
    this.#timer ??= setTimeout(() => this.#update(), this.#interval);
  }

  async #update() {
    const start = performance.now();
    await this.#show([...this.#rows]);
    this.#interval = Math.max(INTERVAL, PAUSE_FACTOR * (performance.now() - start));
    this.#timer = null;
  }
}
