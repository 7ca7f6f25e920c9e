// Classifies attention heads by what they mostly attend to.

const MOSTLY = 0.5; // of the weight, in the mean
const FIRST = 2; // before this position, the previous token is BOS or there is none

const PATTERNS = [
  ['previous', (t) => t - 1],
  ['first', () => 0],
  ['itself', (t) => t],
];

/**
 * The pattern of a head in a document: {pattern, weight}, where the pattern is `previous`, `first` (that is BOS)
 * or `itself`, with the mean weight over the positions from 2 on; null if the head has no such pattern.
 *
 * @param rows attention weights, one row per position
 */
export function patternOf(rows) {
  const counted = rows.length - FIRST;
  if (counted < 1) {
    return null;
  }
  const patterns = PATTERNS.map(([pattern, target]) => {
    let sum = 0;
    for (let t = FIRST; t < rows.length; t++) {
      sum += rows[t][target(t)];
    }
    return { pattern, weight: sum / counted };
  });
  const strongest = patterns.reduce((a, b) => b.weight > a.weight ? b : a);
  return strongest.weight > MOSTLY ? strongest : null;
}

/** The attention weights of one head in a trace, one row per position. */
export function weightsOf(trace, layer, head) {
  return trace.vizData.map(({ attentionWeights }) => attentionWeights[layer][head]);
}
