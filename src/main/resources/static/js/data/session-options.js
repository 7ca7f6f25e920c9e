// The options of a session: labels, defaults, ranges and hints. GET /limits returns the largest values.

export const OPTIONS = [
  { name: 'nEmbd', label: 'Embedding width', initial: 16, min: 1, max: (limits) => limits.nEmbd },
  { name: 'nHead', label: 'Attention heads', initial: 4, min: 1, max: (limits) => limits.nEmbd, hint: 'divides the embedding width' },
  { name: 'nLayer', label: 'Layers', initial: 1, min: 1, max: (limits) => limits.nLayer },
  { name: 'blockSize', label: 'Context length', initial: 16, min: 1, max: (limits) => limits.blockSize, hint: 'tokens' },
  { name: 'learningRate', label: 'Learning rate', initial: 0.01, isDecimal: true, hint: 'above 0; at the first step' },
  { name: 'numSteps', label: 'Horizon', initial: 1000, min: 1, hint: 'steps until the learning rate is 0' },
  { name: 'batchSize', label: 'Batch size', initial: 1, min: 1, max: (limits) => limits.batchSize, hint: 'documents a step' },
  { name: 'seed', label: 'Seed', initial: 42, hint: '-2^31 to 2^32-1; python: 0 to 2^63-1' },
  { name: 'engine', label: 'Engine', initial: 'tensor', choices: { tensor: 'tensor (fast)', scalar: 'scalar (reference)' } },
  { name: 'random', label: 'Random generator', initial: 'mulberry32', choices: { mulberry32: 'mulberry32 (microgptjs)', python: 'python (microgpt.py)' } },
];

/** The options of a session that differ from the defaults, as [name, value]. */
export function nonDefaultOptions(options) {
  return OPTIONS.filter(({ name, initial }) => options[name] !== initial)
    .map(({ name }) => [name, options[name]]);
}
