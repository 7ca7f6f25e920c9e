// Describes one training step as a sequence of frames, from the tokens to the new parameters, with a caption for
// each that contains its numbers.

import { number, signed } from '../../data/format.js';
import { BOS } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';

const t = await texts('lab');

export const STAGES = ['tokens', 'forward', 'loss', 'backward', 'adam'] // the last one also with other optimisers
  .map((stage) => ({ stage, title: t(`stages.${stage}`) }));

const sentences = (...keys) => keys.filter((key) => key !== null).map((key) => t(`meanings.${key}`)).join(' ');

/** The explanation of a kind of tensor in an architecture; undefined for parameters. */
function meaningOf(kind, { position, embeddingNorm, norm, kvHeads, qkNorm, mlpRatio, tied }) {
  switch (kind) {
    case 'embedded': return t(`positions.${position}`);
    case 'embedding': return sentences(!embeddingNorm ? 'unchanged' : norm === 'rmsnorm' ? kind : 'layernorm');
    case 'head.logits': return sentences(kind, position === 'alibi' ? 'alibi' : null);
    case 'attn_k': case 'attn_v': return sentences(kind, kvHeads > 0 ? 'shared' : null);
    case 'attn_q_read': case 'attn_k_read': return sentences(kind, qkNorm ? 'qkNorm' : null, position === 'rope' ? 'rope' : null);
    case 'mlp_hidden': return t('meanings.mlp_hidden', { isFour: mlpRatio === 4, ratio: number(mlpRatio) });
    case 'logits': return sentences(kind, tied ? 'tied' : null);
    default: return t.has(`meanings.${kind}`) ? t(`meanings.${kind}`) : undefined;
  }
}

/** What the parameters of a matrix are for. */
function parametersOf(name) {
  const kind = name.endsWith('_gain') ? 'gain' : name.endsWith('_bias') ? 'bias' : ['wte', 'wpe', 'lm_head'].includes(name) ? name : 'other';
  return t(`parameters.${kind}`, { name });
}

/** What an optimiser does with a matrix, in a sentence or two. */
function updateOf(optimizer, name, learningRate) {
  const kind = optimizer !== 'muon' ? optimizer : name.startsWith('layer') ? 'muon' : 'muonOther';
  return t(`updates.${kind}`, { name, learningRate: number(learningRate) });
}

/** The part of a tensor's name that says what kind it is. */
function kindOf(name) {
  const parts = name.split('.');
  return parts.at(-2)?.startsWith('head') ? `head.${parts.at(-1)}` : parts.at(-1);
}

/** All frames of a step, in the order of the computation. */
export function framesOf({ tensors, parameters }) {
  const computed = tensors.filter(({ name }) => !['losses', 'loss', 'share'].includes(name));
  const matrices = parameters.map(({ name }) => name);
  return [
    { stage: 'tokens', name: null },
    ...computed.map(({ name }) => ({ stage: 'forward', name })),
    { stage: 'loss', name: 'losses' },
    ...computed.toReversed().map(({ name }) => ({ stage: 'backward', name })),
    ...matrices.toReversed().map((name) => ({ stage: 'backward', name })),
    ...matrices.map((name) => ({ stage: 'adam', name })),
  ];
}

/** The number with the largest absolute value, and where it is. */
function extremeOf(rows) {
  let best = { row: 0, column: 0, value: 0 };
  rows.forEach((numbers, row) => numbers.forEach((value, column) => {
    if (Math.abs(value) > Math.abs(best.value)) {
      best = { row, column, value };
    }
  }));
  return best;
}

/** A token in a sentence. */
export const quoted = (token) => (token === BOS ? BOS : t('quoted', { text: token }));

/**
 * The caption of a frame, as sentences.
 *
 * @param frame one of `framesOf`
 * @param step {anatomy, reads, next, optimizer, architecture}: the tokens read and those that follow, as visible characters
 * @param tensor the tensor of the frame; null until it is loaded
 */
export function captionOf(frame, { anatomy, reads, next, optimizer, architecture }, tensor) {
  const { stage, name } = frame;
  if (stage === 'tokens') {
    const pairs = reads.slice(0, 3).map((read, i) => t('captions.pair', { read: quoted(read), next: quoted(next[i]) })).join(', ');
    return [t('captions.tokens', { tokens: reads.length }), t('captions.pairs', { pairs, hasMore: reads.length > 3 })];
  }
  if (stage === 'loss') {
    const losses = anatomy.tensors.find((one) => one.name === 'losses').values.map(([value]) => value);
    const worst = losses.indexOf(Math.max(...losses));
    const best = losses.indexOf(Math.min(...losses));
    return [t('captions.loss'), t('captions.losses', {
      worst: quoted(next[worst]), worstAfter: quoted(reads[worst]), probability: number(Math.exp(-losses[worst])), worstLoss: number(losses[worst], 4),
      best: quoted(next[best]), bestAfter: quoted(reads[best]), bestLoss: number(losses[best], 4), mean: number(mean(losses), 5),
    })];
  }
  if (tensor === null) {
    return [];
  }
  if (stage === 'adam') {
    const { values, gradients, after } = tensor;
    const { row, column } = extremeOf(after.map((numbers, r) => numbers.map((value, c) => value - values[r][c])));
    const [before, gradient, now] = [values, gradients, after].map((rows) => rows[row][column]);
    const { learningRate } = anatomy;
    return [
      updateOf(optimizer, name, learningRate),
      now !== before ? t('captions.largestChange', { name, row: String(row), column: String(column), before: signed(before), now: signed(now), gradient: signed(gradient) })
        : t(learningRate === 0 ? 'captions.rateIsZero' : 'captions.nothingMoves', { learningRate: number(learningRate, 6) }),
    ];
  }
  const meaning = meaningOf(kindOf(name), architecture) ?? parametersOf(name);
  if (stage === 'forward') {
    const { row, column, value } = extremeOf(tensor.values);
    return [meaning, t('captions.largestNumber', { value: signed(value), row, token: quoted(reads[row]), column })];
  }
  const { row, column, value } = extremeOf(tensor.gradients);
  const where = tensor.formula === undefined ? `${name}[${row}][${column}]` : t('captions.place', { column, row, token: quoted(reads[row]) });
  return value === 0 ? [t('captions.noGradient', { name })] : [
    t(name === 'probs' ? 'captions.gradientOfProbs' : 'captions.gradient', { name }),
    t('captions.largestGradient', { where, isDown: value < 0, by: number(Math.abs(value) / 1000), gradient: signed(value) }),
  ];
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
