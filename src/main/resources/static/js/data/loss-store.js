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
  const window = new LossWindow(buckets);
  return points.map(({ to }) => window.meanOf(to - steps + 1, to));
}

/** The mean loss of the newest steps; null if there are none. */
export function meanOfLast(buckets, steps) {
  return movingAverage(buckets.slice(-1), steps, buckets)[0] ?? null;
}

/**
 * The means of ranges of steps, each of which begins and ends no earlier than the one before, in one pass. Nothing is
 * subtracted from a sum, so that a huge loss, or one that is not finite, has no effect once it has left the range. It is
 * a queue made of two stacks: `#older` holds the sums from each bucket up to `#middle`, `#newer` the sum after it. When
 * `#older` is used up, it is rebuilt from the rest of the range.
 */
class LossWindow {
  #buckets;
  #begin = 0; // the first bucket that begins in the range
  #end = 0; // the first bucket that does not end in the range
  #middle = 0;
  #older = []; // {sum, steps} from each bucket before the middle up to the middle, the oldest last
  #newer = { sum: 0, steps: 0 }; // from the middle to the end

  constructor(buckets) {
    this.#buckets = buckets;
  }

  /** The mean loss of the steps `from` to `to`; a bucket counts for as many of its steps as are among them. */
  meanOf(from, to) {
    this.#move(from, to);
    const whole = this.#older.at(-1) ?? { sum: 0, steps: 0 };
    let sum = whole.sum + this.#newer.sum;
    let steps = whole.steps + this.#newer.steps;
    const atEnds = [this.#buckets[this.#begin - 1], this.#end >= this.#begin ? this.#buckets[this.#end] : undefined];
    for (const bucket of atEnds) {
      const counted = bucket === undefined ? 0 : Math.min(bucket.to, to) - Math.max(bucket.from, from) + 1;
      if (counted > 0) {
        sum += bucket.mean * counted;
        steps += counted;
      }
    }
    return sum / steps;
  }

  #move(from, to) {
    const buckets = this.#buckets;
    const before = this.#end;
    while (this.#end < buckets.length && buckets[this.#end].to <= to) {
      this.#end++;
    }
    while (this.#begin < buckets.length && buckets[this.#begin].from < from) {
      this.#begin++;
    }
    if (this.#begin >= this.#middle) {
      this.#divide();
    } else {
      this.#older.length = this.#middle - this.#begin;
      for (let i = before; i < this.#end; i++) {
        this.#newer = withBucket(this.#newer, buckets[i]);
      }
    }
  }

  /** Makes the end the middle. */
  #divide() {
    this.#older = [];
    this.#newer = { sum: 0, steps: 0 };
    this.#middle = Math.max(this.#begin, this.#end);
    for (let i = this.#end - 1; i >= this.#begin; i--) {
      this.#older.push(withBucket(this.#older.at(-1) ?? this.#newer, this.#buckets[i]));
    }
  }
}

function withBucket({ sum, steps }, { from, to, mean }) {
  const more = to - from + 1;
  return { sum: sum + mean * more, steps: steps + more };
}
