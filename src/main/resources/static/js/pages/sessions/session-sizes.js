// The sizes of models that the form for a new session offers, and what they cost.

import { parameterCounts } from '../../data/model/architecture.js';

const FLOPS = 15e9; // a second, about the smallest in the table of training speeds in performance.md
const BOS = 1; // the token before each document

/** The options of each size that are not the server's defaults. */
export const SIZES = {
  tiny: { options: {} },
  small: { options: { nEmbd: 32, nLayer: 2 } },
  medium: { options: { nEmbd: 64, nLayer: 4 } },
};

/** The number of parameters of a model with these options. */
export function parametersOf(options, vocabSize) {
  return parameterCounts(options, vocabSize).all;
}

/**
 * The time that training takes, in seconds, on a machine like that of the documentation: for each token and
 * parameter, 2 operations forward and 4 backward.
 *
 * @param documents {numDocs, characters, tokens, vocabSize} as `api.previewDocuments` returns them
 */
export function trainingSeconds(options, steps, { numDocs, characters, tokens = characters, vocabSize }) {
  const read = Math.min(tokens / numDocs + BOS, options.blockSize);
  return steps * options.batchSize * read * 6 * parameterCounts(options, vocabSize).products / FLOPS;
}
