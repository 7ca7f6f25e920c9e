// The class of microgptjs, with a session of the service in place of a model in memory.

import { HttpClient, sessionPath } from './http.js';
import { Run } from './run.js';
import { newSessionName } from './session-names.js';
import { TextStream, textLines } from './texts.js';
import { watch } from './watch.js';

const SCORE_BATCH = 1000; // texts of one call
const WATCH_RETRIES = 5;

/** What `getConfig` of microgptjs returns. The service knows more options. */
const CONFIG = ['nEmbd', 'nHead', 'nLayer', 'blockSize', 'headDim', 'vocabSize', 'numDocs'];

/**
 * A tiny GPT that is trained by the service. The methods of microgptjs return promises of the same values.
 *
 * Methods that call the service take `signal`, which cancels the call, and `timeout` in ms among their options, and throw
 * an ApiError if the service refuses the call, does not respond in time, or cannot be reached.
 */
export class MicroGPT {
  #options;
  #http;
  #documents = null; // {text} or {dataset}
  #overwrite;
  #isNew = true; // this object has not created the session

  /**
   * Calls nothing: `initParams` creates the session.
   *
   * @param options those of microgptjs, and all others that the service has
   * @param connection.url the address of the service; by default the one that this file was loaded from, or else the
   *   environment variable MICROGPT_URL, or http://localhost:8080
   * @param connection.session its name on the service. By default a new one that no other session has
   * @param connection.overwrite whether `initParams` replaces an existing session of that name; otherwise it fails
   * @param connection.key API key; by default the environment variable MICROGPT_API_KEY
   * @param connection.askForKey is called with the key that was rejected; returns a promise of another one, or of null
   * @param connection.timeout ms that a response, and each piece of it, may take; 60,000 by default
   */
  constructor(options = {}, { session = newSessionName(), overwrite = false, ...connection } = {}) {
    sessionPath(session); // rejects names that cannot be
    this.#options = { ...options };
    this.#http = new HttpClient(connection);
    this.#overwrite = overwrite;
    /** The name of the session. */
    this.session = session;
  }

  /** Opens an existing session, which may be in training. The connection is that of the constructor. */
  static async open(session, connection = {}) {
    const model = new MicroGPT({}, { ...connection, session });
    const { options } = await model.request('GET', '');
    model.#options = options;
    return model;
  }

  /**
   * Creates a session from a bundle, the Blob that `bundle` returns. It fails if there is a session of that name.
   *
   * The connection is that of the constructor; {overwrite: true} replaces an existing session.
   */
  static async restore(session, bundle, { overwrite = false, ...connection } = {}) {
    const model = new MicroGPT({}, { ...connection, session });
    const headers = { 'Content-Type': 'application/zip' };
    await model.request('PUT', '/bundle', { body: bundle, headers, query: { overwrite } });
    return MicroGPT.open(session, connection);
  }

  /**
   * Calls the REST API.
   *
   * @param path below that of the session, such as `/heads`
   * @param options {body, query, headers, signal, timeout}
   */
  request(method, path, options) {
    return this.#http.call(method, this.#path(path), options);
  }

  #path(rest) {
    return sessionPath(this.session, rest);
  }

  // ---- as in microgptjs

  /** Takes the documents, one a line, for `initParams`; or {dataset: 'names'}, which the service has. */
  async loadData(documents) {
    const isDataset = typeof documents?.dataset === 'string';
    if (typeof documents !== 'string' && !isDataset) {
      throw new TypeError(`documents must be a text or {dataset}, but are ${typeof documents}`);
    }
    this.#documents = isDataset ? { dataset: documents.dataset } : { text: documents };
  }

  /**
   * Creates the session with its parameters. Called again, it begins again, with the documents loaded last.
   *
   * @returns {numParams, vocabSize, numDocs}
   */
  async initParams(options) {
    if (this.#documents === null) {
      throw new Error('There are no documents. Call loadData() first.');
    }
    const view = await this.request('POST', '/init', {
      ...options, body: { ...this.#options, ...this.#documents }, query: { overwrite: this.#overwrite || !this.#isNew },
    });
    this.#isNew = false;
    const { numParams, vocabSize, numDocs } = view;
    return { numParams, vocabSize, numDocs };
  }

  /** Trains one step: {step, loss, doc, tokens, learningRate, paramStats, vizData}. */
  async trainStep(options) {
    const { losses, ...result } = await this.trainSteps(1, { viz: 'last', ...options });
    return result;
  }

  /** Generates one text: {text, tokens, vizData}. The options are those of the service, such as `seed` and `prompt`. */
  async generate(temperature = 0.5, { signal, timeout, ...options } = {}) {
    const body = { viz: true, ...options, temperature, count: 1 };
    const { samples } = await this.request('POST', '/generate', { body, signal, timeout });
    return samples[0];
  }

  /** The losses of all steps, oldest first. The service keeps the newest million. */
  async getLossHistory(options) {
    const [{ step }, { lossesPerCall }] = await Promise.all([
      this.request('GET', '', options), this.#http.call('GET', '/limits', options)]);
    const parts = [];
    for (let to = step; to > 0; to -= lossesPerCall) {
      const from = Math.max(1, to - lossesPerCall + 1);
      const { losses, isOldest } = await this.#losses(from, to, options);
      parts.unshift(losses);
      if (isOldest) {
        break;
      }
    }
    return parts.flat();
  }

  async #losses(from, to, options) {
    try {
      return await this.request('GET', '/losses', { ...options, query: { from, to } });
    } catch (error) {
      const { code, field, min } = error;
      if (code !== 'out_of_range' || field !== 'from' || !(min > from)) {
        throw error;
      }
      // older ones are no longer kept individually
      const { losses } = min > to ? { losses: [] } : await this.#losses(min, to, options);
      return { losses, isOldest: true };
    }
  }

  /** [{tokenId, char, embedding}]; with {step}, of that earlier step. */
  getEmbeddings({ step, ...options } = {}) {
    return this.request('GET', '/embeddings', { ...options, query: { step } });
  }

  /** {nEmbd, nHead, nLayer, blockSize, headDim, vocabSize, numDocs}. */
  async getConfig(options) {
    const config = await this.request('GET', '/config', options);
    return Object.fromEntries(CONFIG.map((name) => [name, config[name]]));
  }

  // ---- training

  /**
   * Trains `count` steps in one call; returns the last one, with the `losses` of all (up to 10,000 steps).
   *
   * @param options.viz `last` or `all` to have the forward passes in `vizData`
   */
  trainSteps(count, { viz = 'none', signal, timeout } = {}) {
    return this.request('POST', '/step', { body: { count, viz }, signal, timeout });
  }

  /**
   * Trains in the background.
   *
   * @param options {stepsPerSecond, stopWhen} and options of the model that change at the start, such as `learningRate`
   */
  async startRun(steps, { signal, timeout, ...options } = {}) {
    const view = await this.request('POST', '/runs', { body: { ...options, steps }, signal, timeout });
    return new Run(this.#http, this.#path('/runs'), view);
  }

  /** The newest 100 runs, oldest first. */
  async runs(options) {
    const { runs } = await this.request('GET', '/runs', options);
    return runs.map((view) => new Run(this.#http, this.#path('/runs'), view));
  }

  /**
   * Yields the frames of the live stream, and gaps, until the session is deleted. If the connection is lost, it connects
   * again and continues behind the last frame. Leaving the loop closes the connection.
   *
   * @param options.fromStep first step wanted, 1 for all; by default the next one
   * @param options.viz `none` for no traces; @param options.maxHz frames per second, 20 by default
   * @param options.losses `raw` or `buckets`; @param options.retries connections in a row that may fail
   * @param options.timeout ms without any sign of the service, which gives one every 15 s
   */
  async* watch({ retries = WATCH_RETRIES, signal, timeout, ...query } = {}) {
    const fromStep = query.fromStep ?? (await this.request('GET', '', { signal, timeout })).step + 1;
    yield* watch(this.#http, this.#path('/events'), { ...query, fromStep }, { retries, signal, timeout });
  }

  // ---- texts

  /**
   * Generates up to a million texts, which are received while they are drawn: a TextStream. The options are those of
   * the service, such as {unique: true, novel: true}.
   */
  generateTexts(count, { signal, timeout, ...options } = {}) {
    return new TextStream(textLines(this.#http, this.#path('/generate'), { ...options, count }, { signal, timeout }));
  }

  /**
   * How likely texts are: [{text, logLikelihood, tokens, surprisals, perplexity, bitsPerCharacter, truncated}]; with
   * {step}, for the model of that earlier step.
   */
  async score(texts, { signal, timeout, ...options } = {}) {
    return (await this.request('POST', '/score', { body: { ...options, texts }, signal, timeout })).scores;
  }

  /**
   * Yields for each text how likely it is, {text, known, logLikelihood, bitsPerCharacter, …}, or, if the model does
   * not know one of its characters, {text, known, unknown}.
   *
   * @param texts an iterable or asynchronous iterable, which may be endless; not a text
   */
  async* scoreTexts(texts, { signal, timeout, ...options } = {}) {
    if (typeof texts === 'string') {
      throw new TypeError('texts must be several texts, such as an array, but are a string');
    }
    for await (const batch of batchesOf(texts)) {
      const body = { ...options, texts: batch };
      yield* new TextStream(textLines(this.#http, this.#path('/score'), body, { signal, timeout }));
    }
  }

  /** The forward pass over a text: {text, tokens, vizData, truncated}; with {step}, of that earlier step. */
  inspect(text, { signal, timeout, ...options } = {}) {
    return this.request('POST', '/inspect', { body: { ...options, text }, signal, timeout });
  }

  /** The session as a ZIP file, a Blob, from which `restore` makes a session that continues in the same way. */
  async bundle(options) {
    return (await this.#http.open('GET', this.#path('/bundle'), options)).blob();
  }

  /** Deletes the session. A run of it ends. */
  async delete(options) {
    await this.request('DELETE', '', options);
    this.#isNew = true;
  }
}

async function* batchesOf(texts) {
  let batch = [];
  for await (const text of texts) {
    batch.push(text);
    if (batch.length === SCORE_BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}
