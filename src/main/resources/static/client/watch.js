// Watches a session over Server-Sent Events, which carry the key in a header, as a WebSocket cannot.

import { unreachable } from './api-error.js';
import { serverSentEvents } from './reply.js';
import { Retries } from './retries.js';

/**
 * Yields frames and gaps until the session is deleted. After a lost connection it continues behind the last frame.
 *
 * @param path of the events
 * @param query with `fromStep`, so that nothing is missed if the connection breaks before the first frame
 * @param options.retries how many connections in a row may fail
 */
export async function* watch(http, path, query, { retries, signal, timeout }) {
  const budget = new Retries(retries);
  const headers = { Accept: 'text/event-stream' };
  while (true) {
    try {
      const reply = await http.open('GET', path, { query, headers, signal, timeout });
      for await (const { event, id, data } of serverSentEvents(reply)) {
        if (event === 'deleted') {
          return;
        }
        if (id !== undefined) {
          headers['Last-Event-ID'] = id;
        }
        budget.reset();
        yield data;
      }
      throw unreachable('The connection was lost');
    } catch (error) {
      await budget.pauseAfter(error, signal);
    }
  }
}
