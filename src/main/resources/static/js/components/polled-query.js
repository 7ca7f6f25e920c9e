// A query that a panel repeats while it can be seen: rate-limited, the newest request wins.

const MIN_INTERVAL = 500; // ms between two requests
const PAUSE_FACTOR = 4; // times as long as a response took
const RETRY_DELAY = 2000; // ms after a failure

/**
 * In willUpdate a panel says what it needs; it is rendered again when the response arrives.
 *
 *   #numbers = new PolledQuery(this, (signal) => this.live.api.parameters(…));
 *   willUpdate() { this.#numbers.request(`${this.matrix} ${this.at}`, this.view.step); }
 */
export class PolledQuery {
  /** The newest result; null before the first. */
  result = null;

  #panel;
  #fetch;
  #key = null;
  #version = null;
  #inFlight = null; // AbortController of the call under way
  #timer = null;
  #due = 0;

  constructor(panel, fetch) {
    this.#panel = panel;
    this.#fetch = fetch;
  }

  /**
   * Fetches the result if it is out of date. Does nothing while the panel is out of sight or the model has
   * failed.
   *
   * @param key what the query is about; a changed key is fetched at once
   * @param version changes when the result may have changed; then it is fetched again when it is due
   * @param minInterval ms between two requests, at least
   */
  request(key, version, minInterval = MIN_INTERVAL) {
    if (!this.#panel.isVisible || this.#panel.hasFailed) {
      return;
    }
    if (key !== this.#key) {
      this.#inFlight?.abort();
      this.#start(key, version, minInterval);
    } else if (version !== this.#version && this.#inFlight === null) {
      const wait = this.#due - performance.now();
      if (wait <= 0) {
        this.#start(key, version, minInterval);
      } else {
        this.#updatePanelAfter(wait);
      }
    }
  }

  #updatePanelAfter(wait) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#panel.requestUpdate();
    }, wait);
  }

  async #start(key, version, minInterval) {
    const call = new AbortController();
    this.#inFlight = call;
    this.#key = key;
    this.#version = version;
    const start = performance.now();
    const result = await this.#panel.run(this.#fetch(call.signal));
    if (this.#inFlight !== call) {
      return; // a newer request has replaced this one
    }
    this.#inFlight = null;
    const now = performance.now();
    if (result === undefined) {
      this.#version = null;
      this.#due = now + RETRY_DELAY;
      this.#updatePanelAfter(RETRY_DELAY);
    } else {
      this.result = result;
      this.#due = Math.max(start + minInterval, now + PAUSE_FACTOR * (now - start));
    }
    this.#panel.requestUpdate();
  }

  /** Cancels what is under way; nothing is fetched until the next request. */
  cancel() {
    this.#inFlight?.abort();
    this.#inFlight = null;
    this.#key = null;
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
