// The losses of a session in buckets, few enough to keep and draw however many steps there are. A bucket is
// {from, to, min, mean, max}, so no spike is lost.

function merged(a, b) {
  const steps = a.to - a.from + 1;
  const more = b.to - b.from + 1;
  return {
    from: a.from,
    to: b.to,
    min: Math.min(a.min, b.min),
    mean: (a.mean * steps + b.mean * more) / (steps + more),
    max: Math.max(a.max, b.max),
  };
}

/** Adds a bucket; merges it into the last one if both together are no wider than `width` steps. */
function add(buckets, bucket, width) {
  const last = buckets.at(-1);
  if (last !== undefined && bucket.to - last.from < width) {
    buckets[buckets.length - 1] = merged(last, bucket);
  } else {
    buckets.push(bucket);
  }
}

export class LossStore {
  #capacity;
  #buckets = [];
  #width = 1;

  /** @param capacity the largest number of buckets */
  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  get size() {
    return this.#buckets.length;
  }

  /** The newest step; 0 before the first. */
  get lastStep() {
    return this.#buckets.at(-1)?.to ?? 0;
  }

  clear() {
    this.#buckets = [];
    this.#width = 1;
  }

  /** Adds a frame of the live stream, or a response of GET losses; skips steps that are already present. */
  add({ fromStep, from = fromStep, losses, buckets }) {
    const incoming = buckets ?? losses.map(
      (loss, i) => ({ from: from + i, to: from + i, min: loss, mean: loss, max: loss }));
    for (const bucket of incoming) {
      if (bucket.from > this.lastStep) {
        const { from, to, min, mean, max } = bucket;
        add(this.#buckets, { from, to, min, mean, max }, this.#width);
      }
    }
    while (this.#buckets.length > this.#capacity) {
      this.#width *= 2;
      this.#buckets = resampled(this.#buckets, () => this.#width);
    }
  }

  /**
   * The buckets of a range of steps, merged until there are at most about `maxPoints`: of equal width, or, for
   * a logarithmic axis, each wider than the one before.
   */
  points(maxPoints, { from = 1, to = Infinity } = {}, isLogarithmic = false) {
    const inRange = this.#buckets.filter((bucket) => bucket.to >= from && bucket.from <= to);
    if (inRange.length <= maxPoints) {
      return inRange;
    }
    const first = inRange[0].from;
    const last = inRange.at(-1).to;
    const growth = (last / first) ** (1 / maxPoints);
    const width = Math.ceil((last - first + 1) / maxPoints / this.#width) * this.#width;
    return resampled(inRange, isLogarithmic ? (step) => step * (growth - 1) : () => width);
  }
}

/** The mean loss of the newest steps; null if there are none. */
export function meanOfLast(buckets, steps) {
  let sum = 0;
  let seen = 0;
  for (let i = buckets.length - 1; i >= 0 && seen < steps; i--) {
    const { from, to, mean } = buckets[i];
    sum += mean * (to - from + 1);
    seen += to - from + 1;
  }
  return seen === 0 ? null : sum / seen;
}

/** Merges buckets up to the width that `widthAt` returns for a step. */
function resampled(buckets, widthAt) {
  const result = [];
  buckets.forEach((bucket) => add(result, bucket, widthAt(bucket.from)));
  return result;
}

/**
 * The exponential moving average over a number of steps, at the end of each bucket. Single steps and buckets of
 * the same mean give the same average.
 */
export function movingAverage(buckets, steps) {
  const keep = 1 - 2 / (steps + 1); // of the average, from one step to the next
  let average = 0;
  let weight = 0; // corrects the bias of the start towards 0
  return buckets.map(({ from, to, mean }) => {
    const kept = keep ** (to - from + 1);
    average = average * kept + mean * (1 - kept);
    weight = weight * kept + (1 - kept);
    return average / weight;
  });
}
