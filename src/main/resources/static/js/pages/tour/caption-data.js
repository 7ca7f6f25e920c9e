// Loads the numbers that the captions of the tour show: one session at one step. The panels show the same step, so
// that caption and picture agree; while training continues, both stand still.

import { learningRateOf } from '../../data/learning-rate.js';
import { bucketsOf, meanOfLast } from '../../data/loss-store.js';
import { loadedAt } from '../../data/session-events.js';
import { architectureOf } from '../../data/model/architecture.js';
import { BOS, positionsOf, visible } from '../../data/model/tokens.js';

const MOST_NUMBERS = 1_000_000; // of embeddings that are loaded

/** The step whose model is shown; null for the newest one, if the session is not training. */
export function stepToShow({ at, view, keyframes }) {
  const isStill = view.state === 'ready' || view.state === 'paused';
  return at ?? (isStill ? null : keyframes.at(-1) ?? null);
}

/** A key of what the captions are about; when it changes, they have to be loaded again. */
export function captionKey(live) {
  const { view } = live;
  const look = stepToShow(live);
  const isMoving = look !== null && live.at === null && view.state !== 'failed';
  return [modelKey(live), view.state === 'failed', live.at, isMoving ? 'training' : look ?? view.step].join(' ');
}

/** A key of the documents and the shape of the model. */
function modelKey({ view, events }) {
  return [view.createdAt, loadedAt(events), view.numDocs, view.numParams, view.continuations].join(' ');
}

/** Loads the facts of a stop, and keeps what stays the same from one step to the next. */
export class CaptionData {
  #live;
  #model = '';
  #doc = null; // the example document, the same on the whole tour
  #baselines = null;
  #isTooLarge = false; // whether the model is too large for GET anatomy

  constructor(live) {
    this.#live = live;
  }

  /**
   * Loads the facts of a stop:
   *
   *   at, step   the step that is shown, null for the newest one; its number
   *   trace      the forward pass over `doc`, with probabilities; null if the model has diverged
   *   positions  of the trace, see positionsOf
   *   symbols    the visible character of each token; null if they are too many
   *   characters the character of each token; null if they are too many
   *   vectors    the token embeddings; null if they are too many
   *   baselines  {uniform, unigram, bigram}
   *   example    a training step and a parameter in it; null if there is none, or at other stops
   *   samples    the samples up to the step
   *   isMovable  whether there is a step whose learning rate is not 0
   *   first      the loss of step 1; null at other stops
   *   recent     {steps, mean} of the newest losses; null at other stops
   */
  async load(stop, signal) {
    const live = this.#live;
    const key = modelKey(live);
    if (key !== this.#model) {
      this.#model = key;
      this.#doc = null;
      this.#baselines = null;
      this.#isTooLarge = false;
    }
    const at = stepToShow(live);
    const step = at ?? live.view.step;
    const { name, api, view } = live;
    const query = at === null ? {} : { step: at };
    this.#doc ??= await this.#document(query, signal);
    const isSmall = view.vocabSize * view.options.nEmbd <= MOST_NUMBERS;
    const [inspected, embeddings, baselines, example, losses] = await Promise.all([
      orNull(api.inspect(name, { text: this.#doc, ...query })),
      isSmall ? orNull(api.embeddings(name, query)) : null,
      this.#baselines ?? orNull(api.baselines(name)),
      stop === 'step' && !this.#isTooLarge ? this.#example(at, signal) : null,
      stop === 'learning' && step > 0 ? this.#losses(step, signal) : null,
    ]);
    this.#baselines = baselines;
    const symbols = embeddings?.map(({ char }, id) => id === embeddings.length - 1 ? BOS : visible(char)) ?? null;
    const trace = inspected === null || inspected.vizData.length === 0 ? null : {
      ...inspected, doc: this.#doc, step, isStepApproximate: false,
    };
    const symbolOf = view.options.tokenizer === 'bpe' ? (id) => symbols?.[id] ?? '·' : null;
    return {
      at, step, doc: this.#doc, trace, symbols, baselines, example, ...losses,
      characters: embeddings?.map(({ char }) => char) ?? null,
      samples: live.samples.filter((sample) => sample.step <= step),
      isMovable: this.#movable(step) !== undefined,
      positions: trace === null ? [] : positionsOf(trace, symbolOf).map((position) => withNextId(position, symbols)),
      vectors: embeddings?.map(({ embedding }) => embedding) ?? null,
    };
  }

  /** The document of the next step, or another text if the model is too large for GET anatomy. */
  async #document(query, signal) {
    const { name, api, trace, samples } = this.#live;
    const anatomy = await orNull(api.anatomy(name, query, signal), (error) => { this.#isTooLarge = error.code === 'out_of_range'; });
    return anatomy?.docs[anatomy.document] ?? trace?.doc ?? samples.findLast(({ text }) => text !== '')?.text ?? '';
  }

  /** The step, or the last keyframe before it, whose next step has a learning rate above 0. */
  #movable(newest) {
    const { schedule, keyframes } = this.#live;
    const moves = (step) => (learningRateOf(step + 1, schedule) ?? 0) > 0;
    return moves(newest) ? newest : keyframes.findLast((keyframe) => keyframe <= newest && moves(keyframe));
  }

  async #losses(step, signal) {
    const { name, api } = this.#live;
    const from = Math.max(1, step - 99);
    const [begin, end] = await Promise.all(
      [api.losses(name, { from: 1, to: 1 }, signal), api.losses(name, { from, to: step }, signal)].map((call) => orNull(call)));
    const known = end?.losses ?? [];
    const mean = meanOfLast(bucketsOf(1, known), known.length);
    return { first: begin?.losses?.[0] ?? null, recent: known.length > 0 ? { steps: known.length, mean } : null };
  }

  /**
   * The next step (or, if its learning rate is 0, the one after the last keyframe where it was not) and the
   * parameter of the output matrix with the largest gradient in it.
   */
  async #example(at, signal) {
    const { name, api, view } = this.#live;
    const step = this.#movable(at ?? view.step);
    if (step === undefined) {
      return null;
    }
    const query = at === null && step === view.step ? {} : { step };
    const matrix = architectureOf(view.options).tied ? 'wte' : 'lm_head';
    const [anatomy, tensor] = await Promise.all(
      [api.anatomy(name, query, signal), api.anatomyTensor(name, matrix, query, signal)].map((call) => orNull(call)));
    if (anatomy === null || tensor === null) {
      return null;
    }
    let [row, column] = [0, 0];
    tensor.gradients.forEach((gradients, r) => gradients.forEach((gradient, c) => {
      if (Math.abs(gradient) > Math.abs(tensor.gradients[row][column])) {
        [row, column] = [r, c];
      }
    }));
    const of = (rows) => rows[row][column];
    const { trains, docs, loss, learningRate, numNodes } = anatomy;
    return {
      at: query.step ?? null, trains, docs, loss, learningRate, numNodes, matrix, row, column,
      value: of(tensor.values), gradient: of(tensor.gradients), m: of(tensor.m), v: of(tensor.v), after: of(tensor.after),
    };
  }
}

/** The response, or null if the server rejects the request (too large, diverged); throws if it is unreachable. */
async function orNull(promise, onRejected = () => {}) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === 'ApiError' && error.status >= 400 && error.status < 500 && error.status !== 404) {
      onRejected(error);
      return null;
    }
    throw error;
  }
}

/** Adds the next token of the last position, which the response omits if the text was truncated. */
function withNextId(position, symbols) {
  const id = position.nextId ?? symbols?.indexOf(position.next) ?? -1;
  return { ...position, nextId: id < 0 ? null : id };
}
