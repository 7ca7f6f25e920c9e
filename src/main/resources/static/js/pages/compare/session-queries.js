// One query to each of the compared sessions. An error of one session, such as a text with a character that
// it does not know, is the result of that session only.

import { texts } from '../../data/texts.js';
import { PolledQuery } from '../../components/polled-query.js';

const t = await texts('compare');

/** The response, or {error}. Throws when the server is unreachable or overloaded, so that it is retried. */
async function resultOrError(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === 'AbortError' || error.status === 0 || error.status === 429 || error.status >= 500) {
      throw error;
    }
    return { error };
  }
}

export class SessionQueries {
  #panel;
  #fetch;
  #queries = new Map(); // by entry

  /** @param fetch a function of an entry and an AbortSignal */
  constructor(panel, fetch) {
    this.#panel = panel;
    this.#fetch = fetch;
  }

  /**
   * To be called in willUpdate with all entries to query; key, version and interval are those of PolledQuery,
   * key and version as functions of an entry.
   */
  request(entries, key, minInterval, version = ({ view }) => view.step) {
    for (const [entry, query] of this.#queries) {
      if (!entries.includes(entry)) {
        query.cancel();
        this.#queries.delete(entry);
      }
    }
    for (const entry of entries) {
      if (!this.#queries.has(entry)) {
        this.#queries.set(entry, new PolledQuery(this.#panel, (signal) => resultOrError(this.#fetch(entry, signal))));
      }
      this.#queries.get(entry).request(`${entry.startedAt} ${key(entry)}`, version(entry), minInterval);
    }
  }

  /** The result for an entry; null before the first. */
  resultOf(entry) {
    return this.#queries.get(entry)?.result ?? null;
  }

  cancel() {
    this.#queries.forEach((query) => query.cancel());
    this.#queries.clear();
  }
}

/** Why the model of a session cannot be queried; null if it can. */
export function whyUnavailable({ name, status, view }) {
  if (status === 'absent') {
    return t('unavailable.absent', { name });
  }
  if (status === 'loading') {
    return t('loading');
  }
  if (view.state === 'failed') {
    return t('unavailable.failed');
  }
  return view.vocabSize ? null : t('unavailable.noDocuments');
}
