// Which character each token is. The service tells it with the embeddings, once for each text that a
// session has loaded; where those are too many to ask for, the documents that come by tell it.

import { BOS, visible } from './text.js';

const MOST_NUMBERS = 1_000_000; // of embeddings that are asked for

const known = new WeakMap(); // by LiveSession

class Alphabet {
  #symbols = [];
  #key = '';

  /** Asks where that is needed, and gives a promise then; else null. */
  update(live, view) {
    const key = [view.createdAt, view.vocabSize, view.numDocs, view.numParams].join();
    if (key === this.#key) {
      return null;
    }
    this.#key = key;
    this.#symbols = [];
    return view.vocabSize * view.options.nEmbd <= MOST_NUMBERS ? this.#ask(live, key) : null;
  }

  async #ask(live, key) {
    const embeddings = await live.api.embeddings(live.name);
    if (this.#key === key) {
      this.#symbols = embeddings.map(({ char }, id) => id === embeddings.length - 1 ? BOS : visible(char));
    }
  }

  /** Takes the characters of a document from its trace; what contradicts them is forgotten. */
  learn(positions) {
    for (const { read, readId, next, nextId } of positions) {
      const differs = this.#symbols[readId] !== undefined && this.#symbols[readId] !== read;
      if (differs) {
        this.#symbols = [];
        this.#key = ''; // another text was loaded
      }
      this.#symbols[readId] = read;
      if (nextId !== null) {
        this.#symbols[nextId] = next;
      }
    }
  }

  /** The token of a visible character; null if it is not known. */
  idOf(symbol) {
    const id = this.#symbols.indexOf(symbol);
    return id < 0 ? null : id;
  }

  symbol(id) {
    return this.#symbols[id] ?? `#${id}`;
  }
}

/** The alphabet of a session, the same for all panels. */
export function alphabetOf(live) {
  if (!known.has(live)) {
    known.set(live, new Alphabet());
  }
  return known.get(live);
}
