// What attention heads do.

const MOSTLY = 0.5; // of the weight, in the mean
const FIRST = 2; // before this position, the previous token is BOS or there is none

const HABITS = [
  ['previous', (t) => t - 1],
  ['first', () => 0],
  ['itself', (t) => t],
];

/**
 * Where a head mostly looks in a document: {habit, weight}, the habit `previous`, `first` (that is BOS) or
 * `itself`, with the mean weight over the positions from 2 on; null if it has none.
 *
 * @param rows attention weights, a row a position
 */
export function habitOf(rows) {
  const counted = rows.length - FIRST;
  if (counted < 1) {
    return null;
  }
  const habits = HABITS.map(([habit, target]) => {
    let sum = 0;
    for (let t = FIRST; t < rows.length; t++) {
      sum += rows[t][target(t)];
    }
    return { habit, weight: sum / counted };
  });
  const strongest = habits.reduce((a, b) => b.weight > a.weight ? b : a);
  return strongest.weight > MOSTLY ? strongest : null;
}

/** The weights of one head, a row a position, of a trace. */
export function weightsOf(trace, layer, head) {
  return trace.vizData.map(({ attentionWeights }) => attentionWeights[layer][head]);
}
