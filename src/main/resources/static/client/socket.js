// Opens the WebSocket of the service.

import { unreachable } from './api-error.js';
import { TimeLimit } from './time-limit.js';

const TIMEOUT = 30_000; // ms
const CONNECTING = 0; // a state of a WebSocket

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
    if (signal?.aborted) {
      closeOnceOpen(socket);
    } else {
      socket.close();
    }
    throw error;
  } finally {
    limit.end();
  }
  socket.onopen = null;
  return socket;
}

/** Closes a socket that nobody wants any more. A browser reports one that is closed before it is open as an error. */
function closeOnceOpen(socket) {
  const timer = setTimeout(() => socket.close(), socket.readyState === CONNECTING ? TIMEOUT : 0);
  timer.unref?.(); // Node does not wait for it
  socket.onclose = () => clearTimeout(timer);
  socket.onopen = () => socket.close();
}
