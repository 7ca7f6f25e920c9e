// The visible character of each token. It comes with the embeddings, loaded once per training text; where these
// are too large to load, it is learned from the documents that traces contain.

import { BOS, visible } from './model/tokens.js';

const MOST_NUMBERS = 1_000_000; // of embeddings that are loaded

const known = new WeakMap(); // by LiveSession

class Vocabulary {
  #symbols = [];
  #key = '';

  /** Loads the characters if necessary; returns a promise then, otherwise null. */
  update(live, view) {
    const key = [view.createdAt, view.vocabSize, view.numDocs, view.numParams].join();
    if (key === this.#key) {
      return null;
    }
    this.#key = key;
    this.#symbols = [];
    return view.vocabSize * view.options.nEmbd <= MOST_NUMBERS ? this.#load(live, key) : null;
  }

  async #load(live, key) {
    const embeddings = await live.api.embeddings(live.name);
    if (this.#key === key) {
      this.#symbols = embeddings.map(({ char }, id) => id === embeddings.length - 1 ? BOS : visible(char));
    }
  }

  /** Learns the characters of a document from its trace; forgets all if they contradict what is known. */
  learn(positions) {
    for (const { read, readId, next, nextId } of positions) {
      const differs = this.#symbols[readId] !== undefined && this.#symbols[readId] !== read;
      if (differs) {
        this.#symbols = [];
        this.#key = ''; // another training text was loaded
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

  /** The visible character of a token; a dot until it is known. */
  symbol(id) {
    return this.#symbols[id] ?? '·';
  }

  /** A name that no other token has, for tables: the visible character, or the number until that is known. */
  uniqueName(id) {
    return this.#symbols[id] ?? `#${id}`;
  }
}

/** The vocabulary of a session, shared by all panels. */
export function vocabularyOf(live) {
  if (!known.has(live)) {
    known.set(live, new Vocabulary());
  }
  return known.get(live);
}
