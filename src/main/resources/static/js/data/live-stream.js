// The live stream: one WebSocket per page, shared by all watches of sessions.
//
//   const watch = stream.watch('names', { fromStep: 1, losses: 'buckets' }, {
//     frame(frame) {},         // steps with their losses, perhaps a trace; see the README
//     gap(gap) {},             // steps whose single losses are no longer kept
//     subscribed({ step }) {}, // the response to each subscription
//     deleted() {},            // the session was deleted
//     failed(problem) {},      // the server rejected the subscription
//   });
//   watch.update({ viz: 'none' });
//   watch.close();
//
// After a lost connection the stream reconnects, after a delay that grows from half a second to ten. Each watch
// then resumes at the step after the last one it has received, so no loss is missing. `stream.state` is `idle`,
// `connecting`, `open` or `lost`; the event `state` reports changes.

import { openSocket } from '../../client/socket.js';
import { http } from './http.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

class Watch {
  #stream;

  constructor(stream, session, options, listener) {
    this.#stream = stream;
    this.session = session;
    this.options = options;
    this.listener = listener;
    this.nextStep = options.fromStep;
  }

  /** Changes the options viz, maxHz or losses. */
  update(options) {
    this.options = { ...this.options, ...options };
    this.#stream.subscribe(this);
  }

  /** Subscribes again from a step; 1 for all steps. */
  restart(fromStep) {
    this.nextStep = fromStep;
    this.#stream.subscribe(this);
  }

  close() {
    this.#stream.drop(this);
  }

  receive(message) {
    if (message.type === 'subscribed') {
      this.isCurrent = true;
    } else if (message.type === 'frame' && !this.isCurrent) {
      return; // of the previous subscription; this one sends its steps again
    }
    if (message.type === 'frame' || message.type === 'gap') {
      this.nextStep = message.toStep + 1;
    }
    const name = { unsubscribed: 'deleted', error: 'failed' }[message.type] ?? message.type;
    this.listener[name]?.(message.type === 'error' ? message.problem : message);
  }
}

class Stream extends EventTarget {
  state = 'idle';

  #socket = null;
  #connecting = null; // AbortController of the connection that is being opened
  #watches = new Map(); // by the name of the session
  #delay = FIRST_DELAY;
  #timer = null;
  #lastId = 0;

  constructor() {
    super();
    addEventListener('online', () => this.retry());
    addEventListener('pagehide', () => this.#disconnect());
    addEventListener('pageshow', (event) => event.persisted && this.retry());
  }

  watch(session, options, listener) {
    if (this.#watches.has(session)) {
      throw new Error(`${session} is already watched`);
    }
    const watch = new Watch(this, session, options, listener);
    this.#watches.set(session, watch);
    if (this.#socket === null) {
      this.#connect();
    } else {
      this.subscribe(watch);
    }
    return watch;
  }

  /** Subscribes at the watch's next step; without a connection, the next connection does. */
  subscribe(watch) {
    watch.id = ++this.#lastId;
    watch.isCurrent = false;
    this.#send({
      type: 'subscribe', id: watch.id, session: watch.session, ...watch.options, fromStep: watch.nextStep,
    });
  }

  drop(watch) {
    if (this.#watches.get(watch.session) === watch) {
      this.#watches.delete(watch.session);
      this.#send({ type: 'unsubscribe', session: watch.session, id: ++this.#lastId });
    }
  }

  /** Reconnects at once instead of after the delay. */
  retry() {
    if (this.#socket === null && this.#watches.size > 0) {
      this.#connect();
    }
  }

  async #connect() {
    if (this.#connecting !== null) {
      return;
    }
    clearTimeout(this.#timer);
    if (this.state !== 'lost') {
      this.#setState('connecting');
    }
    this.#connecting = new AbortController();
    let socket;
    try {
      socket = await openSocket(http, { signal: this.#connecting.signal });
    } catch {
      this.#connecting = null;
      this.#lost();
      return;
    }
    this.#connecting = null;
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#closed(socket);
    this.#delay = FIRST_DELAY;
    this.#setState('open');
    this.#watches.forEach((watch) => this.subscribe(watch));
  }

  #disconnect() {
    this.#connecting?.abort();
    this.#socket?.close();
  }

  #closed(socket) {
    if (socket !== this.#socket) {
      return;
    }
    this.#socket = null;
    this.#lost();
  }

  #lost() {
    this.#setState('lost');
    // jitter, so that not all pages reconnect at the same moment
    this.#timer = setTimeout(() => this.retry(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(LONGEST_DELAY, this.#delay * 2);
  }

  #receive(message) {
    const watch = this.#watches.get(message.session);
    if (watch === undefined) {
      return;
    }
    // a response to an earlier message is not about the newest subscription
    const isOld = message.id !== undefined && message.id !== watch.id;
    if (!isOld) {
      watch.receive(message);
    }
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #setState(state) {
    if (state !== this.state) {
      this.state = state;
      this.dispatchEvent(new Event('state'));
    }
  }
}

export const stream = new Stream();
