// Texts that arrive while the service draws or scores them.

import { jsonLines } from './reply.js';

/** How the service is asked for a line of JSON per text. */
const LINES = { Accept: 'application/x-ndjson' };

/** Starts a call that responds with a line for each text; yields {lines, end} as `jsonLines` does. */
export async function* textLines(http, path, body, options) {
  yield* jsonLines(await http.open('POST', path, { ...options, body, headers: LINES }));
}

/**
 * Texts with their scores, for `for await`: {text, known, logLikelihood, bitsPerCharacter, …}. The service computes
 * little further than they are read, and stops when the loop ends.
 */
export class TextStream {
  #batches;

  /** @param batches yields {lines, end} */
  constructor(batches) {
    this.#batches = batches;
    /** What the service says behind the last text, such as {count, knownShare, tries, rejected}; null before. */
    this.summary = null;
  }

  async* [Symbol.asyncIterator]() {
    for await (const { lines, end } of this.#batches) {
      yield* lines;
      this.summary = end;
    }
  }
}
