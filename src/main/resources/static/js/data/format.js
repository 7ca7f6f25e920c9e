// Formats numbers and times, in English like the rest of the page.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

const SMALL = 1e-4; // with more zeros, numbers are hard to compare

/** 32257 -> 32,257 */
export function count(number) {
  return whole.format(number);
}

/** 1234567 -> 1.23M */
export function compact(number) {
  return short.format(number);
}

/** Steps a second: 0.25, 12.3, 1.23K */
export function rate(number) {
  return number > 0 && number < 1 ? number.toPrecision(2) : compact(number);
}

/** A loss: 2.3084, 6.81e19 */
export function loss(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) {
    return '–';
  }
  if (number >= 1e5) {
    return number.toExponential(2).replace('e+', 'e');
  }
  return number >= 1000 ? number.toPrecision(5) : number.toFixed(4);
}

/** A number of any size with few digits: 0.00731, 1.2e-7 */
export function number(value, digits = 3) {
  return Number(value.toPrecision(digits)).toString();
}

/** The numbers of a column, of two digits, all in one notation: with exponents if one of them is too small without. */
export function columnOf(values) {
  const hasExponents = values.some((value) => value !== 0 && Math.abs(value) < SMALL);
  return values.map((value) => hasExponents && value !== 0 ? value.toExponential(1) : number(value, 2));
}

/** The same with true minus signs: −0.00731, 1.2e−7 */
export function signed(value, digits = 3) {
  return number(value, digits).replaceAll('-', '−');
}

/** Seconds: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds) {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.floor(seconds % 60)} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** 1 step, 2 steps */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
