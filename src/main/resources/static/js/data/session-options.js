// The options of a session. GET /limits describes them, with defaults and ranges; here are the words for them.

import { count, number } from './format.js';
import { texts } from './texts.js';

const t = await texts('common');

/** The groups of options in forms. */
export const OPTION_GROUPS = ['model', 'architecture', 'training', 'optimiser', 'regularisation']
  .map((group) => ({ group, heading: t(`optionGroups.${group}`) }));

/** In the order of the forms: the group, `model` unless it is another; the optimisers or tokenizers that use an option, if not all do. */
const OPTIONS = {
  nEmbd: {},
  nHead: {},
  nLayer: {},
  blockSize: {},
  norm: { group: 'architecture' },
  normGain: { group: 'architecture' },
  normBias: { group: 'architecture' },
  embeddingNorm: { group: 'architecture' },
  finalNorm: { group: 'architecture' },
  qkNorm: { group: 'architecture' },
  activation: { group: 'architecture' },
  mlpRatio: { group: 'architecture' },
  position: { group: 'architecture' },
  tied: { group: 'architecture' },
  biases: { group: 'architecture' },
  kvHeads: { group: 'architecture' },
  tokenizer: {},
  vocabSize: { of: ['bpe'] },
  learningRate: { group: 'training' },
  numSteps: { group: 'training' },
  batchSize: { group: 'training' },
  schedule: { group: 'training' },
  warmupSteps: { group: 'training' },
  minLearningRate: { group: 'training' },
  validation: { group: 'training' },
  validateEvery: { group: 'training' },
  optimizer: { group: 'optimiser' },
  beta1: { group: 'optimiser', of: ['adam', 'adamw', 'muon'] },
  beta2: { group: 'optimiser', of: ['adam', 'adamw', 'muon'] },
  epsilon: { group: 'optimiser', of: ['adam', 'adamw', 'muon'] },
  weightDecay: { group: 'optimiser', of: ['adamw', 'muon'] },
  momentum: { group: 'optimiser', of: ['sgd', 'muon'] },
  gradientClip: { group: 'regularisation' },
  dropout: { group: 'regularisation' },
  labelSmoothing: { group: 'regularisation' },
  seed: {},
  engine: {},
  random: {},
};

/** The names of all options, in the order of the forms. */
export const OPTION_NAMES = Object.keys(OPTIONS);

/** The label of an option; `form` may be `name`, as in a sentence, or `word`, the short one of an option that can be steered. */
export function optionText(name, form = 'label') {
  return t(`options.${name}.${form}`);
}

/** The options as the response of GET /limits describes them, with label and hint, in the order of the forms. */
export function describedOptions(limits) {
  return Object.entries(OPTIONS).map(([name, { group = 'model', of }]) => {
    const option = limits.options.find((each) => each.name === name);
    const choices = option.type === 'boolean' ? ['false', 'true'].map((value) => ({ value, text: t(`choices.${value}`) }))
      : option.choices?.map((value) => ({ value, text: t('choices.choice', { value, words: t(`options.${name}.choices.${value}`) }) }));
    const hint = [t.has(`options.${name}.hint`) ? t(`options.${name}.hint`) : '', rangeOf(option)].filter(Boolean).join('; ');
    return { ...option, label: optionText(name), group, of, hint, choices };
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
    return Object.entries(ranges).map(([choice, { min: low, max: high }]) => t('ranges.ofChoice', { choice, min: bound(low), max: bound(high) })).join('; ');
  }
  if (type === 'string' || type === 'boolean') {
    return '';
  }
  if (max === Number.MAX_VALUE) {
    return min === Number.MIN_VALUE ? t('ranges.above0') : t('ranges.atLeast', { min: bound(min) });
  }
  return t('ranges.fromTo', { min: bound(min), max: bound(max) });
}

/** A bound; that of a binary type as a power of two: 1,024, -2^31, 2^32-1. */
function bound(value) {
  if (!Number.isInteger(value)) {
    return number(value, 15);
  }
  const exponent = Math.round(Math.log2(Math.abs(value)));
  const power = 2 ** exponent;
  if (exponent < 31 || (value !== -power && value !== power - 1)) {
    return count(value);
  }
  return value < 0 ? `-2^${exponent}` : `2^${exponent}-1`; // JSON's 2^63 - 1 is read as 2^63, and so is power - 1
}
