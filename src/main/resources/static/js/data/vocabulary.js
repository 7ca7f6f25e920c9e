// The visible text of each token. It comes with the embeddings, loaded once per alphabet; where these are too
// large to load, it is learned from the documents that traces contain. Byte pairs come from GET /tokenizer.

import { BOS, textsOf, visible } from './model/tokens.js';
import { continuedAfter } from './session-events.js';

const MOST_NUMBERS = 1_000_000; // of embeddings that are loaded

const known = new WeakMap(); // by LiveSession

class Vocabulary {
  #symbols = [];
  #key = '';
  #isPairs = false;

  /** The text of a token by its id, if a token is more than a character; null otherwise. See positionsOf. */
  get symbolOf() {
    return this.#isPairs ? (id) => this.symbol(id) : null;
  }

  /** Whether byte pairs are still being loaded. */
  get isMissing() {
    return this.#isPairs && this.#symbols.length === 0;
  }

  /** Loads byte pairs if necessary, but no characters; returns a promise then, otherwise null. */
  updatePairs(live, view) {
    if (view.options.tokenizer === 'bpe') {
      return this.update(live, view);
    }
    if (this.#isPairs) { // the session has started again
      this.#isPairs = false;
      this.#symbols = [];
      this.#key = '';
    }
    return null;
  }

  /** Loads the characters if necessary; returns a promise then, otherwise null. */
  update(live, view) {
    const isPast = live.at !== null && continuedAfter(live.events, live.at) > 0; // with an earlier alphabet, perhaps
    const step = isPast && view.options.tokenizer !== 'bpe' ? live.at : null;
    const phase = step === null ? 'now' : continuedAfter(live.events, step);
    const key = [view.createdAt, view.vocabSize, view.numDocs, view.numParams, view.continuations, phase].join();
    if (key === this.#key) {
      return null;
    }
    this.#key = key;
    this.#symbols = [];
    this.#isPairs = view.options.tokenizer === 'bpe';
    if (this.#isPairs) {
      return this.#loadPairs(live, key);
    }
    return view.vocabSize * view.options.nEmbd <= MOST_NUMBERS ? this.#load(live, key, step) : null;
  }

  async #load(live, key, step) {
    const embeddings = await live.api.embeddings(live.name, step === null ? {} : { step });
    if (this.#key === key) {
      this.#symbols = embeddings.map(({ char }, id) => id === embeddings.length - 1 ? BOS : visible(char));
    }
  }

  async #loadPairs(live, key) {
    const texts = textsOf(await live.api.tokenizer(live.name));
    if (this.#key === key) {
      this.#symbols = texts.map((text, id) => (id === texts.length - 1 ? BOS : visible(text)));
    }
  }

  /** Learns the characters of a document from its trace; forgets all if they contradict what is known. */
  learn(positions) {
    if (this.#isPairs) {
      return;
    }
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

  /** The visible text of a token; a dot until it is known. */
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
