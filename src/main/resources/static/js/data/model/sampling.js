// Samples the next character as the service does, so that the page can show the probabilities for any setting.
// The order is that of POST generate:
//
//   1. temperature T: p^(1/T), normalised, which is softmax(logits / T); 0 keeps only the most likely token
//   2. top-k: the k most likely tokens (among equals, the smaller id first)
//   3. top-p: of these, from the most likely down, as many as it takes until their probabilities of point 1
//      together reach p; the token that reaches it is included
//   4. the remaining probabilities are normalised

/** Softmax; numbers may be -Infinity. */
export function softmax(x) {
  const max = x.reduce((most, value) => Math.max(most, value), -Infinity);
  const weights = x.map((value) => Math.exp(value - max));
  return normalised(weights);
}

function normalised(weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Converts probabilities at temperature 1 to another temperature. */
export function atTemperature(probs, temperature) {
  if (temperature === 1) {
    return probs;
  }
  if (temperature === 0) {
    const best = probs.indexOf(probs.reduce((most, p) => Math.max(most, p), 0));
    return probs.map((_, i) => i === best ? 1 : 0);
  }
  return softmax(probs.map((p) => Math.log(p) / temperature));
}

/** The probabilities that a token is drawn with; `topK` 0 and `topP` 1 keep all tokens. */
export function drawnFrom(probs, { temperature = 1, topK = 0, topP = 1 } = {}) {
  const tempered = atTemperature(probs, temperature);
  if (topK === 0 && topP === 1) {
    return tempered;
  }
  const ranked = tempered.map((_, i) => i).sort((a, b) => tempered[b] - tempered[a]); // stable
  const most = topK === 0 ? tempered.length : Math.min(topK, tempered.length);
  const kept = tempered.map(() => 0);
  let reached = 0;
  for (let rank = 0; rank < most && reached < topP; rank++) {
    kept[ranked[rank]] = tempered[ranked[rank]];
    reached += tempered[ranked[rank]];
  }
  return normalised(kept);
}
