// A Web Worker that runs elsewhere: the messages of microgptjs's worker, answered by the service.

import { ApiError, unreachable } from './api-error.js';
import { HttpClient, sessionPath } from './http.js';
import { newSessionName } from './session-names.js';
import { openSocket } from './socket.js';

/** Most messages that may wait for their replies; the service has the same bound. */
const MOST_UNANSWERED = 256;

/** A larger `init` goes by REST: the service accepts messages of 1 MB by default, and a character may take 3 bytes. */
const LARGEST_MESSAGE = 300_000; // characters

/** The last reply to each kind of message. */
const LAST_REPLY = {
  init: 'ready', train: 'trained', stop: 'stopped', generate: 'generated', getEmbeddings: 'embeddings',
  getLossHistory: 'lossHistory', getConfig: 'config',
};

/** A message could not be handled. It has the fields of an ErrorEvent that a page reads. */
class WorkerErrorEvent extends Event {
  constructor(error) {
    super('error');
    this.message = error.message;
    /** The ApiError. */
    this.error = error;
  }
}

/**
 * Takes the place of `new Worker('worker.js')` for a page that was written for the worker of microgptjs's README.
 *
 * The page sends {type: 'init', options, text} and {type: 'train'}, and receives {type: 'ready'} and
 * {type: 'step', result}. The other messages of the live stream work as well; a `train` with `steps` also ends with
 * `trained`. Messages are handled in their order, and an `id` comes back in the replies. What fails is an `error` event, with
 * `message` and the ApiError as `error`. After a lost connection there is one `error` event, messages without a reply
 * are not sent again, since they may have had their effect, and the next message connects again.
 */
export class MicroGPTWorker extends EventTarget {
  onmessage = null;
  onerror = null;

  #http;
  #session;
  #hasOwnSession; // with a name that nobody else knows
  #mayOverwrite;
  #WebSocket;
  #ended = new AbortController();
  #socket = null;
  #queue = []; // messages that are not sent yet
  #isSending = false;
  #unanswered = new Map(); // by the id that the service gets, in their order: {type, id, steps} of the message
  #answered = () => {};
  #lastId = 0;

  /**
   * @param url the address of the service; undefined for the one that this file was loaded from
   * @param options.session its name on the service. By default a new one, which `terminate` deletes
   * @param options.overwrite whether `init` replaces an existing session of that name that this worker has not created
   * @param options.key @param options.askForKey @param options.timeout as for MicroGPT
   * @param options.WebSocket a class, for runtimes that have none, such as Node before version 22
   */
  constructor(url, { session, overwrite = false, WebSocket, ...connection } = {}) {
    super();
    this.#http = new HttpClient({ ...connection, url });
    this.#hasOwnSession = session === undefined;
    this.#session = session ?? newSessionName();
    this.#mayOverwrite = overwrite || this.#hasOwnSession;
    this.#WebSocket = WebSocket;
    sessionPath(this.#session); // rejects names that cannot be
    this.addEventListener('message', (event) => this.onmessage?.(event));
    this.addEventListener('error', (event) => this.onerror?.(event));
  }

  /** The name of the session. */
  get session() {
    return this.#session;
  }

  /** Sends a message. Replies and failures are events. */
  postMessage(message) {
    if (this.#ended.signal.aborted) {
      return; // as a worker does
    }
    if (!Object.hasOwn(LAST_REPLY, message?.type)) {
      const types = Object.keys(LAST_REPLY).join(', ');
      throw new TypeError(`the type of a message must be one of ${types}, but is ${message?.type}`);
    }
    if (this.#unanswered.size >= MOST_UNANSWERED) {
      throw new RangeError(`at most ${MOST_UNANSWERED} messages may wait for their replies`);
    }
    const { type, id, steps } = message;
    const own = ++this.#lastId;
    this.#queue.push(structuredClone({ ...message, id: own, session: this.#session }));
    this.#unanswered.set(own, { type, id, steps });
    if (!this.#isSending) {
      this.#sendAll();
    }
  }

  /** Closes the connection; no event follows. A session that was not named is deleted. */
  terminate() {
    if (this.#ended.signal.aborted) {
      return;
    }
    this.#ended.abort();
    this.#forgetMessages();
    this.#socket?.close();
    if (this.#hasOwnSession) {
      this.#http.call('DELETE', sessionPath(this.#session)).catch(() => {}); // nobody is there to hear of it
    }
  }

  async #sendAll() {
    this.#isSending = true;
    while (this.#queue.length > 0) {
      try {
        await this.#send(this.#queue.shift());
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#isSending = false;
  }

  async #send(message) {
    if (message.type === 'init') {
      message.overwrite ??= this.#mayOverwrite;
    }
    const text = JSON.stringify(message);
    if (message.type === 'init' && text.length > LARGEST_MESSAGE) {
      await this.#initByRest(message);
      return;
    }
    this.#socket ??= await this.#connect();
    this.#socket?.send(text);
  }

  async #connect() {
    const socket = await openSocket(this.#http, { signal: this.#ended.signal, WebSocket: this.#WebSocket });
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) {
        this.#socket = null;
        this.#fail(unreachable(`The connection was lost (${code})`));
      }
    };
    return socket;
  }

  async #initByRest({ id, options, text, dataset, overwrite }) {
    await this.#earlierAnswered(id);
    if (!this.#unanswered.has(id)) {
      return; // given up meanwhile
    }
    const signal = this.#ended.signal;
    const reply = await this.#http.call('POST', sessionPath(this.#session, '/init'), {
      body: { ...options, text, dataset }, query: { overwrite }, signal,
    }).then(({ numParams, vocabSize, numDocs }) => ({ type: 'ready', numParams, vocabSize, numDocs }), (error) => {
      if (!(error instanceof ApiError) || error.status === 0) {
        throw error;
      }
      return { type: 'error', problem: error };
    });
    this.#receive({ ...reply, id });
  }

  /** Resolves when all messages before this one have their replies. */
  async #earlierAnswered(id) {
    while (this.#unanswered.keys().next().value < id) {
      await new Promise((resolve) => { this.#answered = resolve; });
    }
  }

  #receive({ id: own, session, ...message }) {
    const sent = this.#unanswered.get(own);
    if (sent === undefined) {
      return; // of before a failure
    }
    const isError = message.type === 'error';
    if (isError || message.type === LAST_REPLY[sent.type]) {
      this.#unanswered.delete(own);
      this.#answered();
    }
    if (isError) {
      this.#dispatch(new WorkerErrorEvent(new ApiError(message.problem)));
      return;
    }
    this.#mayOverwrite ||= message.type === 'ready';
    if (message.type === 'trained' && sent.steps === undefined) {
      return; // the worker of microgptjs does not send it
    }
    const data = sent.id === undefined ? message : { ...message, id: sent.id };
    this.#dispatch(new MessageEvent('message', { data }));
  }

  /** Gives up all messages that have no reply. */
  #fail(error) {
    const isWaited = this.#unanswered.size > 0;
    this.#forgetMessages();
    if (isWaited) {
      this.#dispatch(new WorkerErrorEvent(error));
    }
  }

  #forgetMessages() {
    this.#queue.length = 0;
    this.#unanswered.clear();
    this.#answered();
  }

  #dispatch(event) {
    if (!this.#ended.signal.aborted) {
      this.dispatchEvent(event);
    }
  }
}
