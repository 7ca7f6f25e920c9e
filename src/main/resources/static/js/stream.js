// The live stream: one WebSocket for the page, shared by all who watch a session.
//
//   const watch = stream.watch('names', { fromStep: 1, losses: 'buckets' }, {
//     frame(frame) {},        // steps with their losses, perhaps a trace; see the README
//     gap(gap) {},            // steps whose losses are not kept one by one any more
//     subscribed({ step }) {},// the answer to (every) subscription
//     deleted() {},           // the session is gone
//     failed(problem) {},     // the server refused
//   });
//   watch.update({ viz: 'none' });
//   watch.close();
//
// A lost connection is made again, after a while that grows from half a second to ten; then each watch
// goes on at the step after the last one it has seen, so that no loss is missing. `stream.state` is
// `idle`, `connecting`, `open` or `lost`; the event `state` tells of changes.

import { api } from './api.js';
import { apiKey } from './key.js';
import { SITE } from './site.js';

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

  /** Changes what is wanted: viz, maxHz or losses. */
  update(options) {
    this.options = { ...this.options, ...options };
    this.#stream.subscribe(this);
  }

  /** Begins anew at a step; 1 for all. */
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
      return; // of the subscription before; this one brings its steps again
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
  #isConnecting = false; // before there is a socket
  #watches = new Map(); // by the name of the session
  #delay = FIRST_DELAY;
  #timer = null;
  #lastId = 0;

  constructor() {
    super();
    addEventListener('online', () => this.retry());
    addEventListener('pagehide', () => this.#socket?.close());
    addEventListener('pageshow', (event) => event.persisted && this.retry());
  }

  watch(session, options, listener) {
    if (this.#watches.has(session)) {
      throw new Error(`${session} is watched already`);
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

  /** (Re)subscribes where the watch left off; if there is no connection, the next one will. */
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

  /** Tries at once instead of after the delay. */
  retry() {
    if (this.#socket === null && this.#watches.size > 0) {
      this.#connect();
    }
  }

  async #connect() {
    if (this.#isConnecting) {
      return;
    }
    clearTimeout(this.#timer);
    if (this.state !== 'lost') {
      this.#setState('connecting');
    }
    this.#isConnecting = true;
    let query;
    try {
      query = apiKey() === null ? '' : `?ticket=${encodeURIComponent(await api.ticket())}`;
    } catch {
      this.#isConnecting = false;
      this.#lost();
      return;
    }
    this.#isConnecting = false;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}${SITE}api/v1/ws${query}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#delay = FIRST_DELAY;
      this.#setState('open');
      this.#watches.forEach((watch) => this.subscribe(watch));
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#closed(socket);
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
    // not all pages of a server that comes back at the same moment
    this.#timer = setTimeout(() => this.retry(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(LONGEST_DELAY, this.#delay * 2);
  }

  #receive(message) {
    const watch = this.#watches.get(message.session);
    if (watch === undefined) {
      return;
    }
    // an answer to a message before the newest subscription is not about it
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
