// The document that panels look into, the same for all of them: that of the newest trace, or one that
// somebody holds on to while training goes on; and the position in it that was chosen.
//
// A held document, and what training traces lack (the probabilities), is asked for with `inspect`: at most
// twice a second, only for panels in sight, and of several questions the newest.

const REST = 500; // ms from one question to the next

const known = new WeakMap(); // by LiveSession

/** Sends `change`. */
class Subject extends EventTarget {
  /** The document that is held; null to follow training. */
  held = null;
  /** The position that was chosen; null for none. */
  position = null;
  /** The newest reply, {doc, tokens, vizData, step, isAbout}; `isAbout` if training went on meanwhile. */
  answer = null;
  /** Why there was none. */
  failure = null;

  #live;
  #wanted = null; // {key, text, at}
  #asking = false;
  #answered = ''; // the key of the answer
  #timer = null;

  constructor(live) {
    super();
    this.#live = live;
  }

  hold(doc) {
    this.held = doc;
    this.#changed();
  }

  choose(position) {
    if (this.position !== position) {
      this.position = position;
      this.#changed();
    }
  }

  /**
   * What a panel shows: `trace` itself if that will do, or the newest answer about its document or about
   * the one that is held; null while there is none.
   */
  shown({ trace, at, view, needsProbs, panel }) {
    if (trace === null) {
      this.#answered = '';
      this.answer = null; // nothing trained, or started anew
      return null;
    }
    const text = this.held ?? trace.doc;
    const isEnough = trace.doc === text && (!needsProbs || trace.vizData[0]?.probs !== undefined) && this.held === null;
    if (isEnough) {
      return trace;
    }
    this.#ask({ key: `${at ?? `live ${view.step}`} ${text}`, text, at, panel });
    return this.answer;
  }

  #ask(question) {
    if (question.key === this.#answered) {
      this.#wanted = null;
      return;
    }
    this.#wanted = question;
    if (!this.#asking && this.#timer === null) {
      this.#answerWanted();
    }
  }

  async #answerWanted() {
    const { key, text, at, panel } = this.#wanted;
    this.#wanted = null;
    if (!panel.isVisible || !panel.isConnected) {
      return;
    }
    this.#asking = true;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#wanted !== null && !this.#asking) {
        this.#answerWanted();
      }
    }, REST);
    const before = this.#live.view.step;
    try {
      const { text: doc, ...rest } = await this.#live.api.inspect(this.#live.name, { text, step: at ?? undefined });
      const step = at === null ? this.#live.view.step : rest.step;
      this.answer = { ...rest, doc, step, isAbout: at === null && (this.#live.activeRun !== null || step !== before) };
      this.failure = null;
    } catch (error) {
      this.answer = null;
      this.failure = error;
      if (error.code === 'unknown_character') {
        this.held = null; // of a text that is loaded no more
      }
    }
    this.#answered = key;
    this.#asking = false;
    this.#changed();
    if (this.#wanted !== null && this.#timer === null) {
      this.#answerWanted();
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

export function subjectOf(live) {
  if (!known.has(live)) {
    known.set(live, new Subject(live));
  }
  return known.get(live);
}
