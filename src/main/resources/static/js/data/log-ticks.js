// The ticks of logarithmic axes. ECharts has them at powers of its base only, so an axis of less than a decade may have
// none.

const DECADE = 10;
const WIDE = 300; // from here on, powers of ten are enough
const MOST_POWERS = 9;
const ROUNDING = 1e-9;
const MOST_PARTS = 7; // of a range within a decade

/** The values of the ticks from `low` to `high`; null if a logarithmic axis cannot have these ends. */
export function logTicks(low, high) {
  if (!(low > 0 && high > low && high < Infinity)) {
    return null;
  }
  const candidates = high / low < DECADE ? multiples(low, high) : powers(low, high, high / low < WIDE ? [1, 2, 5] : [1]);
  return candidates.filter((value) => value >= low && value <= high);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function multiples(low, high) {
  const least = (high - low) / MOST_PARTS;
  const power = Math.floor(Math.log10(least));
  const digit = [1, 2, 5].find((each) => decimal(each, power) >= least) ?? 10;
  const first = Math.ceil(low / decimal(digit, power) - ROUNDING);
  const last = Math.floor(high / decimal(digit, power) + ROUNDING);
  return Array.from({ length: last - first + 1 }, (_, i) => decimal((first + i) * digit, power));
}

function powers(low, high, digits) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const stride = Math.ceil((last - first) / MOST_POWERS);
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride)
    .flatMap((power) => digits.map((digit) => decimal(digit, power)));
}

/** digit × 10^power as the nearest number, so that it is drawn as it is written. */
function decimal(digit, power) {
  return Number(`${digit}e${power}`);
}
