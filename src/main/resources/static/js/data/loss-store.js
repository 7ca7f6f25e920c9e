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

/** A bucket for each of consecutive losses. */
export function bucketsOf(from, losses) {
  return losses.map((loss, i) => ({ from: from + i, to: from + i, min: loss, mean: loss, max: loss }));
}

/** The number of newest steps whose losses are kept one by one, so that averages over them are exact. */
export const EXACT_STEPS = 1000;

export class LossStore {
  #capacity;
  #buckets = [];
  #exact = []; // the newest steps, if they came one by one
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
    this.#exact = [];
    this.#width = 1;
  }

  /** The losses as finely as they are known. */
  get finest() {
    const first = this.#exact[0]?.from ?? Infinity;
    const older = this.#buckets.filter(({ from }) => from < first);
    const last = older.at(-1);
    if (last !== undefined && last.to >= first) {
      older[older.length - 1] = { ...last, to: first - 1 };
    }
    return [...older, ...this.#exact];
  }

  /** Adds a frame of the live stream, or a response of GET losses; skips steps that are already present. */
  add({ fromStep, from = fromStep, losses, buckets }) {
    const incoming = buckets ?? bucketsOf(from, losses);
    for (const bucket of incoming) {
      if (bucket.from > this.lastStep) {
        const { from, to, min, mean, max } = bucket;
        add(this.#buckets, { from, to, min, mean, max }, this.#width);
        this.#keep({ from, to, min, mean, max });
      }
    }
    while (this.#buckets.length > this.#capacity) {
      this.#width *= 2;
      this.#buckets = resampled(this.#buckets, () => this.#width);
    }
  }

  #keep(bucket) {
    if (bucket.from !== bucket.to) {
      this.#exact = [];
      return;
    }
    this.#exact.push(bucket);
    if (this.#exact.length >= 2 * EXACT_STEPS) { // now and then, as it copies
      this.#exact = this.#exact.slice(-EXACT_STEPS);
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

/** Merges buckets up to the width that `widthAt` returns for a step. */
function resampled(buckets, widthAt) {
  const result = [];
  buckets.forEach((bucket) => add(result, bucket, widthAt(bucket.from)));
  return result;
}

/**
 * The mean loss of the newest steps up to the end of each point: of the last `steps` of them, or of all if there are
 * fewer. All averages of losses on all pages come from here.
 *
 * @param buckets the same losses as finely as they are known, which need not be those that are drawn
 */
export function movingAverage(points, steps, buckets = points) {
  let last = 0;
  return points.map(({ to }) => {
    while (last + 1 < buckets.length && buckets[last].to < to) {
      last++;
    }
    return meanBefore(buckets, last, to, steps);
  });
}

/** The mean loss of the newest steps; null if there are none. */
export function meanOfLast(buckets, steps) {
  return movingAverage(buckets.slice(-1), steps, buckets)[0] ?? null;
}

/**
 * The mean of the last `steps` up to step `end`. A bucket counts for as many of its steps as are in that range. Summed
 * up each time, so that a huge loss has no effect once it has left the range.
 */
function meanBefore(buckets, last, end, steps) {
  let sum = 0;
  let seen = 0;
  for (let i = last; i >= 0 && buckets[i].to > end - steps; i--) {
    const { from, to, mean } = buckets[i];
    const counted = Math.min(to, end) - Math.max(from, end - steps + 1) + 1;
    sum += mean * counted;
    seen += counted;
  }
  return sum / seen;
}
