// The options of a session. GET /limits describes them, with defaults and ranges; here are the words for them.

import { count } from './format.js';

/** The headings of the groups of options in forms. */
export const OPTION_GROUPS = ['Model', 'Architecture', 'Training', 'Optimiser', 'Regularisation'];

/**
 * Labels and hints by name, in the order of the forms; the group, 'Model' unless it is another; the words for choices;
 * the short word for a steered option; the optimisers or tokenizers that use an option, if not all do.
 */
export const OPTION_TEXTS = {
  nEmbd: { label: 'Embedding width' },
  nHead: { label: 'Attention heads', hint: 'must divide the embedding width' },
  nLayer: { label: 'Layers' },
  blockSize: { label: 'Context length', hint: 'in tokens' },
  norm: { label: 'Normalisation', choices: { rmsnorm: 'scales', layernorm: 'shifts and scales' }, group: 'Architecture' },
  normGain: { label: 'Gain of the normalisation', group: 'Architecture' },
  normBias: { label: 'Bias of the normalisation', group: 'Architecture' },
  embeddingNorm: { label: 'Normalise the embedding', group: 'Architecture' },
  finalNorm: { label: 'Normalise before the logits', group: 'Architecture' },
  qkNorm: { label: 'Normalise queries and keys', group: 'Architecture' },
  activation: { label: 'Activation', choices: { relu: 'cuts below 0', gelu: 'smooth', silu: 'smooth', swiglu: 'with a gate', relu2: 'squares' }, group: 'Architecture' },
  mlpRatio: { label: 'Hidden units', hint: 'of the MLP, per number of the embedding', group: 'Architecture' },
  position: { label: 'Positions', choices: { learned: 'added', sinusoidal: 'added, not learned', rope: 'rotate', alibi: 'fade', none: 'unknown' }, group: 'Architecture' },
  tied: { label: 'One table for input and output', group: 'Architecture' },
  biases: { label: 'Biases', hint: 'of attention and MLP', group: 'Architecture' },
  kvHeads: { label: 'Key-value heads', hint: 'which the others share; 0 for all', group: 'Architecture' },
  tokenizer: { label: 'Tokens', choices: { chars: 'characters', bpe: 'byte pairs, found in the documents' } },
  vocabSize: { label: 'Vocabulary', hint: 'tokens wanted', of: ['bpe'] },
  learningRate: { label: 'Learning rate', hint: 'its highest value', word: 'rate', group: 'Training' },
  numSteps: { label: 'Decay over (steps)', hint: 'the learning rate falls to its minimum over these steps', word: 'decay', group: 'Training' },
  batchSize: { label: 'Batch size', hint: 'documents per step', word: 'batch', group: 'Training' },
  schedule: { label: 'Schedule', choices: { linear: 'falls in a line', constant: 'stays', cosine: 'falls along a cosine' }, word: 'schedule', group: 'Training' },
  warmupSteps: { label: 'Warm-up (steps)', hint: 'in which the learning rate rises', word: 'warm-up', group: 'Training' },
  minLearningRate: { label: 'Lowest rate', hint: 'at the end of the decay', word: 'minimum rate', group: 'Training' },
  validation: { label: 'Validation', hint: 'documents held out from training: a share up to 0.5, or a number', group: 'Training' },
  validateEvery: { label: 'Validate every (steps)', hint: '0 for ever less often', group: 'Training' },
  optimizer: { label: 'Optimiser', choices: { adam: 'microgpt', adamw: 'with weight decay', sgd: 'with momentum', muon: 'orthogonal updates' }, group: 'Optimiser' },
  beta1: { label: 'Beta 1', hint: 'decay of the first moments', group: 'Optimiser', of: ['adam', 'adamw', 'muon'] },
  beta2: { label: 'Beta 2', hint: 'decay of the second moments', group: 'Optimiser', of: ['adam', 'adamw', 'muon'] },
  epsilon: { label: 'Epsilon', hint: 'keeps small updates finite', group: 'Optimiser', of: ['adam', 'adamw', 'muon'] },
  weightDecay: { label: 'Weight decay', hint: 'of all weights but embeddings', word: 'weight decay', group: 'Optimiser', of: ['adamw', 'muon'] },
  momentum: { label: 'Momentum', hint: 'share of the running gradient that stays', word: 'momentum', group: 'Optimiser', of: ['sgd', 'muon'] },
  gradientClip: { label: 'Gradient clip', hint: 'largest norm of the gradient; 0 for none', word: 'clip', group: 'Regularisation' },
  dropout: { label: 'Dropout', hint: 'probability with which numbers are dropped', word: 'dropout', group: 'Regularisation' },
  labelSmoothing: { label: 'Label smoothing', hint: 'share of the target that all tokens get', word: 'smoothing', group: 'Regularisation' },
  seed: { label: 'Seed' },
  engine: { label: 'Engine', choices: { tensor: 'fast', scalar: 'reference' } },
  random: { label: 'Random generator', choices: { mulberry32: 'microgptjs', python: 'microgpt.py' } },
};

/** The options as the response of GET /limits describes them, with label and hint, in the order of the forms. */
export function describedOptions(limits) {
  return Object.entries(OPTION_TEXTS).map(([name, { label, hint, group = 'Model', of, choices: words }]) => {
    const option = limits.options.find((each) => each.name === name);
    const choices = option.type === 'boolean' ? [{ value: 'false', text: 'no' }, { value: 'true', text: 'yes' }]
      : option.choices?.map((value) => ({ value, text: `${value} (${words[value]})` }));
    return { ...option, label, group, of, hint: [hint, rangeOf(option)].filter(Boolean).join('; '), choices };
  });
}

/** The names of the architectures that set several options. */
export const PRESETS = { microgpt: 'microgpt', gpt2: 'GPT-2', llama: 'Llama' };

/** The value of an option from the text of its field. */
export function choiceOf({ type }, text) {
  return type === 'boolean' ? text === 'true' : text;
}

/** The names of the optimisers. */
export const OPTIMISERS = { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD', muon: 'Muon' };

/** Whether an optimiser and a tokenizer use an option. */
export function isUsedBy({ optimizer, tokenizer }, { of }) {
  return of === undefined || of.includes(optimizer) || of.includes(tokenizer);
}

/** All options of a session. The service leaves most out where they have their defaults. */
export function withDefaults(options, limits) {
  const defaults = Object.fromEntries((limits?.options ?? []).map((option) => [option.name, option.default]));
  return { optimizer: 'adam', tokenizer: 'chars', ...defaults, ...options };
}

/** The options of a session that differ from the defaults, as [name, value]. */
export function nonDefaultOptions(options, described) {
  return described.filter((option) => (options[option.name] ?? option.default) !== option.default)
    .map(({ name }) => [name, options[name]]);
}

/** The range of an option in words; empty for a choice. */
function rangeOf({ type, min, max, ranges }) {
  if (ranges) {
    return Object.entries(ranges).map(([choice, range]) => `${choice}: ${bound(range.min)} to ${bound(range.max)}`).join('; ');
  }
  if (type === 'string' || type === 'boolean') {
    return '';
  }
  if (max === Number.MAX_VALUE) {
    return min === Number.MIN_VALUE ? 'above 0' : `at least ${bound(min)}`;
  }
  return `${bound(min)} to ${bound(max)}`;
}

/** A bound; that of a binary type as a power of two: 1,024, -2^31, 2^32-1. */
function bound(value) {
  if (!Number.isInteger(value)) {
    return String(value);
  }
  const exponent = Math.round(Math.log2(Math.abs(value)));
  const power = 2 ** exponent;
  if (exponent < 31 || (value !== -power && value !== power - 1)) {
    return count(value);
  }
  return value < 0 ? `-2^${exponent}` : `2^${exponent}-1`; // JSON's 2^63 - 1 is read as 2^63, and so is power - 1
}
