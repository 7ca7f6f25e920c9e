// What a panel asks the server by itself: not too often, the newest question wins, nothing while out of
// sight.

const EVERY = 500; // ms between two questions
const REST = 4; // times as long as an answer took
const AFTER_FAILURE = 2000; // ms

/**
 * In willUpdate a panel says what it wants to know; when the answer is there, it is rendered again.
 *
 *   #numbers = new Question(this, (signal) => this.live.api.parameters(…));
 *   willUpdate() { this.#numbers.want(`${this.matrix} ${this.at}`, this.view.step); }
 */
export class Question {
  /** The newest answer; null before the first. */
  answer = null;

  #panel;
  #ask;
  #subject = null;
  #version = null;
  #asked = null; // AbortController of the call under way
  #timer = null;
  #due = 0;

  constructor(panel, ask) {
    this.#panel = panel;
    this.#ask = ask;
  }

  /**
   * @param subject what is asked about; another one is asked about at once
   * @param version changes when the answer may have changed; then it is asked again when it is time
   * @param every ms from one question to the next, at least
   */
  want(subject, version, every = EVERY) {
    if (!this.#panel.isVisible || this.#panel.hasFailed) {
      return;
    }
    if (subject !== this.#subject) {
      this.#asked?.abort();
      this.#start(subject, version, every);
    } else if (version !== this.#version && this.#asked === null) {
      const wait = this.#due - performance.now();
      if (wait <= 0) {
        this.#start(subject, version, every);
      } else {
        this.#wake(wait);
      }
    }
  }

  #wake(wait) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#panel.requestUpdate();
    }, wait);
  }

  async #start(subject, version, every) {
    const asked = new AbortController();
    this.#asked = asked;
    this.#subject = subject;
    this.#version = version;
    const start = performance.now();
    const answer = await this.#panel.run(this.#ask(asked.signal));
    if (this.#asked !== asked) {
      return; // there is a newer question
    }
    this.#asked = null;
    const now = performance.now();
    if (answer === undefined) {
      this.#version = null;
      this.#due = now + AFTER_FAILURE;
      this.#wake(AFTER_FAILURE);
    } else {
      this.answer = answer;
      this.#due = Math.max(start + every, now + REST * (now - start));
    }
    this.#panel.requestUpdate();
  }

  /** Asks for nothing any more, until something is wanted again. */
  close() {
    this.#asked?.abort();
    this.#asked = null;
    this.#subject = null;
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
