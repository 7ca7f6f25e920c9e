// Histograms of numbers, with bars whose limits are round numbers.

const BARS = 30; // about as many

/** Rounds up to the next of 1, 2, 5, 10, … times a power of ten. */
function roundWidth(width) {
  const unit = 10 ** Math.floor(Math.log10(width));
  return [1, 2, 5, 10].map((n) => n * unit).find((each) => each >= width * (1 - 1e-9));
}

/** Counts numbers, of which there is at least one: {from, width, counts}; bar i holds those from `from + i * width` to before the next. */
export function histogram(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = roundWidth(Math.max(high - low, 1e-3) / BARS);
  const first = Math.floor(low / width);
  const counts = Array(Math.floor(high / width) - first + 1).fill(0);
  for (const value of values) {
    counts[Math.min(counts.length - 1, Math.floor(value / width) - first)]++;
  }
  return { from: first * width, width, counts };
}
