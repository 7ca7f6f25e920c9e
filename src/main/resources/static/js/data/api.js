// The REST calls of the pages. Failed calls throw an ApiError.

import { serverSentEvents } from '../../client/reply.js';
import { hasEnded } from '../../client/run.js';
import { textLines } from '../../client/texts.js';
import { http } from './http.js';

export { ApiError } from '../../client/api-error.js';
export { hasEnded };

const call = (method, path, options) => http.call(method, path, options);

const at = (name, rest = '') => `/sessions/${encodeURIComponent(name)}${rest}`;
const ofSweep = (name, rest = '') => `/sweeps/${encodeURIComponent(name)}${rest}`;

export const api = {
  limits: () => call('GET', '/limits'),
  datasets: async () => (await call('GET', '/datasets')).datasets,

  /** All sessions, by name. */
  async sessions() {
    const all = [];
    let cursor = null;
    do {
      const page = await call('GET', '/sessions', { query: { limit: 1000, cursor } });
      all.push(...page.sessions);
      cursor = page.nextCursor;
    } while (cursor);
    return all;
  },
  session: (name) => call('GET', at(name)),
  /** Loads {text} or {dataset}; `query` is {overwrite}, or {continue, grow}. */
  load: (name, documents, query) => call('POST', at(name, '/load'), { body: documents, query }),
  init: (name, options, { overwrite } = {}) =>
    call('POST', at(name, '/init'), { body: options, query: { overwrite } }),
  /** What training on `documents` ({text} or {dataset}, and {blockSize}) would mean; creates nothing. */
  previewDocuments: (documents) => call('POST', '/documents/preview', { body: documents }),
  remove: (name) => call('DELETE', at(name)),
  steer: (name, changes) => call('PATCH', at(name), { body: changes }),
  fork: (name, newName, options = {}) =>
    call('POST', at(name, '/fork'), { body: { name: newName, ...options } }),
  /** The session as a ZIP file, a Blob. */
  bundle: async (name) => (await http.open('GET', at(name, '/bundle'))).blob(),
  /** Creates a session from such a file. */
  restoreBundle: (name, file) => call('PUT', at(name, '/bundle'), { body: file, headers: { 'Content-Type': 'application/zip' } }),
  /** [{id, label, createdAt, expiresAt}] */
  shares: async (name) => (await call('GET', at(name, '/shares'))).shares,
  /** {url, token, qrCode} and what is listed later; the body is {label, days or expiresAt}. */
  createShare: (name, body) => call('POST', at(name, '/shares'), { body }),
  withdrawShare: (name, id) => call('DELETE', at(name, `/shares/${id}`)),
  config: (name) => call('GET', at(name, '/config')),
  /** {events, schedule, samples} */
  history: (name) => call('GET', at(name, '/history')),

  step: (name, steps, viz = 'none') => call('POST', at(name, '/step'), { body: { count: steps, viz } }),
  runs: async (name) => (await call('GET', at(name, '/runs'))).runs,
  run: (name, id) => call('GET', at(name, `/runs/${id}`)),
  startRun: (name, run) => call('POST', at(name, '/runs'), { body: run }),
  pauseRun: (name, id) => call('POST', at(name, `/runs/${id}/pause`)),
  resumeRun: (name, id) => call('POST', at(name, `/runs/${id}/resume`)),
  cancelRun: (name, id) => call('POST', at(name, `/runs/${id}/cancel`)),

  losses: (name, query, signal) => call('GET', at(name, '/losses'), { query, signal }),
  /** With a `seed` or a `step`, it leaves the session unchanged. */
  generate: async (name, options, signal) =>
    (await call('POST', at(name, '/generate'), { body: options, signal })).samples,
  /** Generates one text, character by character: {event: 'token', data: {char, tokenId, prob}}, …, {event: 'done', data: sample}. */
  async* write(name, options, signal) {
    const headers = { Accept: 'text/event-stream' };
    yield* serverSentEvents(await http.open('POST', at(name, '/generate'), { body: options, signal, headers }));
  },
  /**
   * Yields {lines, end} while texts are generated. A line is {text, known, logLikelihood, bitsPerCharacter, nearest}; `end` is
   * {count, tries, rejected}, null before.
   */
  generateLines: (name, options, signal) => textLines(http, at(name, '/generate'), options, { signal }),
  /**
   * Yields {lines, end} while texts are scored, in their order. A line is {text, known, logLikelihood, bitsPerCharacter,
   * truncated}, or {text, known, unknown} with a character that the model does not know.
   */
  scoreLines: (name, texts, options, signal) => textLines(http, at(name, '/score'), { texts, ...options }, { signal }),
  inspect: (name, options, signal) => call('POST', at(name, '/inspect'), { body: options, signal }),
  score: async (name, texts, options = {}, signal = undefined) =>
    (await call('POST', at(name, '/score'), { body: { texts, ...options }, signal })).scores,
  /** {tokenizer, vocabSize, alphabet, merges: [{id, left, right, text, count}]}; the alphabet of characters only. */
  tokenizer: (name) => call('GET', at(name, '/tokenizer')),
  /** {tokens: [{id, text}], characters, steps: [{id, left, right, text, at}]} */
  tokenize: (name, text, signal) => call('POST', at(name, '/tokenize'), { body: { text, steps: true }, signal }),
  /** What each head attends to, measured over documents: {step, documents, positions, even, heads: [{layer, head, attention}]}. */
  heads: (name, query, signal) => call('GET', at(name, '/heads'), { query, signal }),
  /** Values of probes at keyframes, {steps, probes: [{kind, values}]}; the body is {probes, samples, keyframes, from, …}. */
  probes: (name, body, signal) => call('POST', at(name, '/probes'), { body, signal }),
  embeddings: (name, query, signal) => call('GET', at(name, '/embeddings'), { query, signal }),
  /** {steps, bytes, maxBytes} */
  keyframes: (name) => call('GET', at(name, '/keyframes')),
  /** Position embeddings, one row per position. */
  positions: (name, query) => call('GET', at(name, '/positions'), { query }),
  /** {documents, losses, best, overfitSince} of the documents that are held out. */
  validation: (name) => call('GET', at(name, '/validation')),
  /** {uniform, unigram, bigram}, in nats; `bigram` may be absent. */
  baselines: (name) => call('GET', at(name, '/baselines')),
  /** The computation of one training step; `query` is {step, document}. */
  anatomy: (name, query, signal) => call('GET', at(name, '/anatomy'), { query, signal }),
  /** {name, formula, values, gradients} and, for parameters, {m, v, after}, each row by row. */
  anatomyTensor: (name, tensor, query, signal) => call('GET', at(name, `/anatomy/tensors/${tensor}`), { query, signal }),
  /** `query` is {step, node} or {step, tensor, row, column}, and {direction, limit, cursor}. */
  anatomyGraph: (name, query, signal) => call('GET', at(name, '/anatomy/graph'), { query, signal }),
  matrices: async (name, signal) => (await call('GET', at(name, '/parameters'), { signal })).matrices,
  /** `query` is {kind: weight, gradient, m or v; step}; the reply {name, rows, columns, kind, step, values}. */
  parameters: (name, matrix, query, signal) => call('GET', at(name, `/parameters/${matrix}`), { query, signal }),
  /** Histograms of the weights at each keyframe: {name, from, to, steps, counts}. */
  histograms: (name, matrix, query) => call('GET', at(name, `/parameters/${matrix}/histograms`), { query }),

  /** All sweeps, by name, without their trials. */
  sweeps: async () => (await call('GET', '/sweeps')).sweeps,
  /** {name, state, varied, counts, trials: [{rank, session, options, validationLoss, …}], groups: [{options, mean, …}], …} */
  sweep: (name) => call('GET', ofSweep(name)),
  startSweep: (body) => call('POST', '/sweeps', { body }),
  pauseSweep: (name) => call('POST', ofSweep(name, '/pause')),
  resumeSweep: (name) => call('POST', ofSweep(name, '/resume')),
  cancelSweep: (name) => call('POST', ofSweep(name, '/cancel')),
  removeSweep: (name, { sessions }) => call('DELETE', ofSweep(name), { query: { sessions } }),
};

/** The active run of a session; null if there is none. */
export async function activeRun(name) {
  const run = (await api.runs(name)).at(-1);
  return run !== undefined && !hasEnded(run) ? run : null;
}
