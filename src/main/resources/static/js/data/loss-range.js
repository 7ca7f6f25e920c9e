// Which losses a chart shows: its range follows the quartiles of the losses, so that a few extreme steps do not flatten
// all others.

const FENCE = 3; // interquartile ranges beyond a quartile, from where on a value is far out (Tukey)
const MARGIN = 0.04; // of the range, at either end
const EARLY = 0.05; // of the steps
const MOST_OF_IT = 0.5; // of the fall of the loss
const MANY_STEPS = 5000; // below, a linear axis shows the fall well enough

/** The lowest and the highest of the numbers that are not far out, {low, high}; null if there are none. */
export function usualRange(values) {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (sorted.length === 0) {
    return null;
  }
  const quantile = (part) => sorted[Math.round(part * (sorted.length - 1))];
  const [first, third] = [quantile(0.25), quantile(0.75)];
  const reach = FENCE * (third - first);
  return {
    low: sorted.find((value) => value >= first - reach),
    high: sorted.findLast((value) => value <= third + reach),
  };
}

/**
 * The range of the loss axis, {low, high}: of the usual means, and of all references such as baselines. A moving average
 * is within it, except right after a spike.
 *
 * @param points buckets as in LossStore
 */
export function lossRange(points, references = []) {
  const usual = usualRange(points.map(({ mean }) => mean));
  if (usual === null) {
    return { low: 0, high: 1 };
  }
  const values = [usual.low, usual.high, ...references];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = MARGIN * (high - low || 1);
  return { low: Math.max(0, low - margin), high: high + margin };
}

/** The points whose highest loss is far out among those of the others, and above the range. */
export function spikesOf(points, { high }) {
  const usual = usualRange(points.map(({ max }) => max))?.high ?? Infinity;
  return points.filter(({ max }) => max > high && max > usual);
}

/**
 * Whether a logarithmic step axis helps: most of the fall of the loss was in the first few of many steps.
 *
 * @param start the loss of an untrained model
 */
export function fallsEarly(points, average, start) {
  const last = points.at(-1)?.to ?? 0;
  const early = average[points.findLastIndex(({ to }) => to <= EARLY * last)];
  return last >= MANY_STEPS && early !== undefined && start - early > MOST_OF_IT * (start - average.at(-1));
}
