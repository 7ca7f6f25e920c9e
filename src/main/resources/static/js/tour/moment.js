// What the captions of the tour take their numbers from: one session as it is at one step. The panels show
// the same step, so that caption and picture agree; while training goes on, both stand still.

import { learningRateOf } from '../schedule.js';
import { BOS, positionsOf, visible } from '../model/text.js';

const MOST_NUMBERS = 1_000_000; // of embeddings that are asked for
const OUTPUT = 'lm_head'; // the matrix that a parameter is taken from, for an example

/** The step that the model is to be looked at, besides the newest one: null if the newest stands still. */
export function stepToLookAt({ at, view, keyframes }) {
  const isStill = view.state === 'ready' || view.state === 'paused';
  return at ?? (isStill ? null : keyframes.at(-1) ?? null);
}

/** Of what it is that the captions tell; they have to be taken anew when it changes. */
export function subjectKey(live) {
  const { view } = live;
  const look = stepToLookAt(live);
  const isMoving = look !== null && live.at === null && view.state !== 'failed';
  return [modelKey(live), view.state === 'failed', live.at, isMoving ? 'training' : look ?? view.step].join(' ');
}

/** The documents and the shape: they stay until something else is loaded. */
function modelKey({ view, events }) {
  const loaded = events.findLast(({ kind }) => kind === 'loaded')?.at;
  return [view.createdAt, loaded, view.numDocs, view.numParams].join(' ');
}

/** Asks what the captions tell of, and keeps what stays the same from one step to the next. */
export class Moments {
  #live;
  #model = '';
  #doc = null; // that is gone through, the same on the whole tour
  #baselines = null;
  #isTooLarge = false; // for one of its steps to be taken apart

  constructor(live) {
    this.#live = live;
  }

  /**
   * What there is to tell at a stop:
   *
   *   at, step   the step that is looked at, null for the newest one; its number
   *   trace      the forward pass over `doc`, with probabilities; null if the model has diverged
   *   positions  those of the trace, see positionsOf
   *   symbols    the visible character of each token, and
   *   characters as it is; both null if they are too many
   *   vectors    the token embeddings; null if they are too many
   *   baselines  {uniform, unigram, bigram}
   *   example    a training step and a parameter in it; null if there is none, or at other stops
   *   samples    the texts that it has written by then
   *   isMovable  whether there is a step whose learning rate is not 0
   *   first      the loss of step 1, and
   *   recent     {steps, mean} of the newest; both null at other stops
   */
  async take(stop, signal) {
    const live = this.#live;
    const key = modelKey(live);
    if (key !== this.#model) {
      this.#model = key;
      this.#doc = null;
      this.#baselines = null;
      this.#isTooLarge = false;
    }
    const at = stepToLookAt(live);
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
      ...inspected, doc: this.#doc, step, isAbout: false,
    };
    return {
      at, step, doc: this.#doc, trace, symbols, baselines, example, ...losses,
      characters: embeddings?.map(({ char }) => char) ?? null,
      samples: live.samples.filter((sample) => sample.step <= step),
      isMovable: this.#movable(step) !== undefined,
      positions: trace === null ? [] : positionsOf(trace).map((position) => following(position, symbols)),
      vectors: embeddings?.map(({ embedding }) => embedding) ?? null,
    };
  }

  /** The document of the next step, or where a step is too large to be taken apart, another text. */
  async #document(query, signal) {
    const { name, api, trace, samples } = this.#live;
    const anatomy = await orNull(api.anatomy(name, query, signal), (error) => { this.#isTooLarge = error.code === 'out_of_range'; });
    return anatomy?.docs[anatomy.document] ?? trace?.doc ?? samples.findLast(({ text }) => text !== '')?.text ?? '';
  }

  /** A step, or the last keyframe before it, so that the step after it changes something. */
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
    const mean = known.reduce((sum, loss) => sum + loss, 0) / known.length;
    return { first: begin?.losses?.[0] ?? null, recent: known.length > 0 ? { steps: known.length, mean } : null };
  }

  /**
   * The next step, or where its learning rate is 0 the one after the last keyframe where it was not; and of
   * the parameters in the rows of the tokens that came, the one with the largest gradient.
   */
  async #example(at, signal) {
    const { name, api, view } = this.#live;
    const step = this.#movable(at ?? view.step);
    if (step === undefined) {
      return null;
    }
    const query = at === null && step === view.step ? {} : { step };
    const [anatomy, tensor] = await Promise.all(
      [api.anatomy(name, query, signal), api.anatomyTensor(name, OUTPUT, query, signal)].map((call) => orNull(call)));
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
      at: query.step ?? null, trains, docs, loss, learningRate, numNodes, matrix: OUTPUT, row, column,
      value: of(tensor.values), gradient: of(tensor.gradients), m: of(tensor.m), v: of(tensor.v), after: of(tensor.after),
    };
  }
}

/** What the server refuses (too large, diverged) is left out of the captions; but not that it is away. */
async function orNull(promise, refused = () => {}) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === 'ApiError' && error.status >= 400 && error.status < 500 && error.status !== 404) {
      refused(error);
      return null;
    }
    throw error;
  }
}

/** A text that is cut has no token after its last position in the reply. */
function following(position, symbols) {
  const id = position.nextId ?? symbols?.indexOf(position.next) ?? -1;
  return { ...position, nextId: id < 0 ? null : id };
}
