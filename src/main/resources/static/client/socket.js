// Opens the WebSocket of the service.

import { unreachable } from './api-error.js';
import { TimeLimit } from './time-limit.js';

const TIMEOUT = 30_000; // ms

/**
 * Returns a WebSocket that is open.
 *
 * @param http the service; its key pays for a ticket, since a WebSocket request cannot carry the key
 * @param options.signal cancels; @param options.WebSocket the class to use, where the runtime has none
 * @throws ApiError if the service refuses a ticket or the connection
 */
export async function openSocket(http, { signal, WebSocket = globalThis.WebSocket } = {}) {
  if (WebSocket === undefined) {
    throw new Error('This runtime has no WebSocket: use a newer one, or give a class as the option WebSocket');
  }
  const url = new URL(`${http.url}/ws`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (http.key !== null) {
    url.searchParams.set('ticket', (await http.call('POST', '/tickets', { signal })).ticket);
  }
  const limit = new TimeLimit(TIMEOUT, signal);
  const socket = new WebSocket(url.href);
  const opened = new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onclose = ({ code }) => reject(new Error(`closed: ${code}`));
    socket.onerror = () => {}; // a close follows; a class for Node would end the process if nobody listened
    limit.signal.addEventListener('abort', () => reject(limit.reason));
  });
  try {
    await limit.wait(opened, (error) => unreachable('The server does not accept the connection', error));
  } catch (error) {
    socket.onclose = null;
    socket.close();
    throw error;
  } finally {
    limit.end();
  }
  socket.onopen = null;
  return socket;
}
