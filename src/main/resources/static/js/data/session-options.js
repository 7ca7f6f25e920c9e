// The options of a session. GET /limits describes them, with defaults and ranges; here are the words for them.

import { count } from './format.js';

/** Labels and hints by name, in the order of the forms; the words for choices; the short word for a steered option. */
export const OPTION_TEXTS = {
  nEmbd: { label: 'Embedding width' },
  nHead: { label: 'Attention heads', hint: 'must divide the embedding width' },
  nLayer: { label: 'Layers' },
  blockSize: { label: 'Context length', hint: 'in tokens' },
  learningRate: { label: 'Learning rate', hint: 'at the first step', word: 'rate' },
  numSteps: { label: 'Decay over (steps)', hint: 'the learning rate falls to 0 over these steps', word: 'decay' },
  batchSize: { label: 'Batch size', hint: 'documents per step', word: 'batch' },
  seed: { label: 'Seed' },
  engine: { label: 'Engine', choices: { tensor: 'fast', scalar: 'reference' } },
  random: { label: 'Random generator', choices: { mulberry32: 'microgptjs', python: 'microgpt.py' } },
};

/** The options as the response of GET /limits describes them, with label and hint, in the order of the forms. */
export function describedOptions(limits) {
  return Object.entries(OPTION_TEXTS).map(([name, { label, hint, choices: words }]) => {
    const option = limits.options.find((each) => each.name === name);
    const choices = option.choices?.map((value) => ({ value, text: `${value} (${words[value]})` }));
    return { ...option, label, hint: [hint, rangeOf(option)].filter(Boolean).join('; '), choices };
  });
}

/** The options of a session that differ from the defaults, as [name, value]. */
export function nonDefaultOptions(options, described) {
  return described.filter((option) => options[option.name] !== option.default)
    .map(({ name }) => [name, options[name]]);
}

/** The range of an option in words; empty for a choice. */
function rangeOf({ type, min, max, ranges }) {
  if (ranges) {
    return Object.entries(ranges).map(([choice, range]) => `${choice}: ${bound(range.min)} to ${bound(range.max)}`).join('; ');
  }
  if (type === 'string') {
    return '';
  }
  const least = min === Number.MIN_VALUE ? 'above 0' : bound(min);
  return max === Number.MAX_VALUE ? least : `${least} to ${bound(max)}`;
}

/** A bound; that of a binary type as a power of two: 1,024, -2^31, 2^32-1. */
function bound(value) {
  const exponent = Math.round(Math.log2(Math.abs(value)));
  const power = 2 ** exponent;
  if (exponent < 31 || (value !== -power && value !== power - 1)) {
    return count(value);
  }
  return value < 0 ? `-2^${exponent}` : `2^${exponent}-1`; // JSON's 2^63 - 1 is read as 2^63, and so is power - 1
}
