// The losses of the predictions in one text, and the prediction that the tour uses as its example.

/** The position that the stops on probabilities and on loss are about: where the model has read about half. */
export function middle({ positions }) {
  return Math.floor(positions.length / 2);
}

/** At each position where the next token is known, its probability and −ln of it: [{t, next, p, loss}]. */
export function lossesOf({ trace, positions }) {
  return positions.filter(({ nextId }) => nextId !== null).map(({ t, nextId, next }) => {
    const p = trace.vizData[t].probs[nextId];
    return { t, next, p, loss: -Math.log(p) };
  });
}

/** The mean loss of such predictions. */
export const meanOf = (losses) => losses.reduce((sum, each) => sum + each.loss, 0) / losses.length;
