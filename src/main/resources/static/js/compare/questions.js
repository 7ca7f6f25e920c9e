// One question to each of the compared sessions. What one of them refuses, such as a text with a character
// that it does not know, is its answer; the others answer all the same.

import { Question } from '../question.js';

/** The answer, or {error}. A server that is not there, or too busy, is asked again. */
async function answered(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === 'AbortError' || error.status === 0 || error.status === 429 || error.status >= 500) {
      throw error;
    }
    return { error };
  }
}

export class Questions {
  #panel;
  #ask;
  #questions = new Map(); // by entry

  /** @param ask a function of an entry and an AbortSignal */
  constructor(panel, ask) {
    this.#panel = panel;
    this.#ask = ask;
  }

  /**
   * To be called in willUpdate with all entries that are to be asked; subject, version and `every` are those
   * of Question, the former two as functions of an entry.
   */
  want(entries, subject, every, version = ({ view }) => view.step) {
    for (const [entry, question] of this.#questions) {
      if (!entries.includes(entry)) {
        question.close();
        this.#questions.delete(entry);
      }
    }
    for (const entry of entries) {
      if (!this.#questions.has(entry)) {
        this.#questions.set(entry, new Question(this.#panel, (signal) => answered(this.#ask(entry, signal))));
      }
      this.#questions.get(entry).want(`${entry.begunAt} ${subject(entry)}`, version(entry), every);
    }
  }

  /** Null before there is one. */
  answerOf(entry) {
    return this.#questions.get(entry)?.answer ?? null;
  }

  close() {
    this.#questions.forEach((question) => question.close());
    this.#questions.clear();
  }
}

/** Why nothing can be asked of the model of a session; null if something can. */
export function obstacle({ name, status, view }) {
  if (status === 'absent') {
    return `There is no session “${name}”.`;
  }
  if (status === 'loading') {
    return 'Asking …';
  }
  if (view.state === 'failed') {
    return 'It has failed: its numbers are not finite any more.';
  }
  return view.vocabSize ? null : 'It has no documents yet.';
}
