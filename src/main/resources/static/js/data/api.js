// The REST client. Failed calls throw an ApiError; where the server requires an API key, the user is asked for it.

import { apiKey, askForKey } from './api-key.js';
import { SITE } from './site.js';

const ROOT = `${SITE}api/v1`;

/** An RFC 9457 problem reported by the server, or the failure to reach it. */
export class ApiError extends Error {
  constructor(problem) {
    super(problem.detail);
    this.name = 'ApiError';
    /** The HTTP status; 0 if the server did not respond. */
    this.status = problem.status;
    /** The error code: `out_of_range`, `not_found`, …; `unreachable` if the server did not respond. */
    this.code = problem.code;
    /** The field that caused the error, if any. */
    this.field = problem.field;
    this.min = problem.min;
    this.max = problem.max;
  }
}

async function problemOf(response) {
  try {
    const problem = await response.json();
    if (typeof problem.detail === 'string') {
      return problem;
    }
  } catch {
    // not JSON: perhaps the error page of a proxy
  }
  return { status: response.status, code: 'unknown', detail: `The server responded with status ${response.status}` };
}

/** Sends a request and returns the response; throws an ApiError if it is an error. */
async function send(method, path, { body, query, signal, accept } = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) {
      parameters.set(name, value);
    }
  }
  const url = ROOT + path + (parameters.size > 0 ? `?${parameters}` : '');
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  if (accept !== undefined) {
    headers.Accept = accept;
  }
  const key = apiKey();
  if (key !== null) {
    headers.Authorization = `Bearer ${key}`;
  }
  let response;
  try {
    response = await fetch(url, {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new ApiError({ status: 0, code: 'unreachable', detail: 'The server does not respond' });
  }
  if (response.status === 401 && await askForKey(key)) {
    return send(method, path, { body, query, signal, accept });
  }
  if (!response.ok) {
    throw new ApiError(await problemOf(response));
  }
  return response;
}

async function call(method, path, options) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
}

/** Yields the parts of a text response that a separator ends, as they arrive, in lists. */
async function* partsOf(response, separator) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const parts = (rest + value).split(separator);
      rest = parts.pop();
      yield parts;
    }
  } finally {
    reader.cancel().catch(() => {}); // if the caller stopped early
  }
}

/** Yields the server-sent events of a response, {event, data}, as they arrive. */
async function* eventsOf(response) {
  for await (const blocks of partsOf(response, '\n\n')) {
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name) => lines.filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).replace(/^ /, '')).join('\n');
      if (field('data') !== '') {
        yield { event: field('event'), data: JSON.parse(field('data')) };
      }
    }
  }
}

/**
 * Yields {lines, end} as the objects of newline-delimited JSON arrive: `end` is null until the last line, {end}, has come.
 * Throws an ApiError for a line with an error, and if the connection is lost before the end.
 */
async function* linesOf(response) {
  let end = null;
  try {
    for await (const parts of partsOf(response, '\n')) {
      const objects = parts.filter((part) => part !== '').map((part) => JSON.parse(part));
      const last = objects.at(-1) ?? {};
      end = last.end ?? null;
      yield { lines: objects.filter((object) => object.end === undefined && object.error === undefined), end };
      if (last.error !== undefined) {
        throw new ApiError(last.error);
      }
    }
  } catch (error) {
    throw error instanceof TypeError ? connectionLost() : error; // as fetch reports it
  }
  if (end === null) {
    throw connectionLost();
  }
}

function connectionLost() {
  return new ApiError({ status: 0, code: 'unreachable', detail: 'The connection was lost' });
}

const LINES = 'application/x-ndjson';

const at = (name, rest = '') => `/sessions/${encodeURIComponent(name)}${rest}`;
const ofSweep = (name, rest = '') => `/sweeps/${encodeURIComponent(name)}${rest}`;

export const api = {
  limits: () => call('GET', '/limits'),
  /** A ticket that opens one live stream: a WebSocket request cannot carry the key. */
  ticket: async () => (await call('POST', '/tickets')).ticket,
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
    yield* eventsOf(await send('POST', at(name, '/generate'), { body: options, signal, accept: 'text/event-stream' }));
  },
  /**
   * Yields {lines, end} while texts are generated. A line is {text, known, logLikelihood, bitsPerCharacter, nearest}; `end` is
   * {count, tries, rejected}, null before.
   */
  async* generateLines(name, options, signal) {
    yield* linesOf(await send('POST', at(name, '/generate'), { body: options, signal, accept: LINES }));
  },
  /**
   * Yields {lines, end} while texts are scored, in their order. A line is {text, known, logLikelihood, bitsPerCharacter,
   * truncated}, or {text, known, unknown} with a character that the model does not know.
   */
  async* scoreLines(name, texts, options, signal) {
    yield* linesOf(await send('POST', at(name, '/score'), { body: { texts, ...options }, signal, accept: LINES }));
  },
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

export function hasEnded(run) {
  return ['succeeded', 'cancelled', 'failed'].includes(run.state);
}
