// Formats numbers and times in the language of the page.

import { LANGUAGE } from './language.js';
import { texts } from './texts.js';

const t = await texts('common');

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { notation: 'compact', maximumSignificantDigits: 3 });
const POINT = new Intl.NumberFormat(LANGUAGE).formatToParts(0.5).find(({ type }) => type === 'decimal').value;

const SMALL = 1e-4; // with more zeros, numbers are hard to compare

/** A number as JavaScript writes it, with the decimal separator of the language. */
function localised(text) {
  return text.replace('.', POINT);
}

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
  return number > 0 && number < 1 ? localised(number.toPrecision(2)) : compact(number);
}

/** A number with as many digits after the point: 0.50 */
export function fixed(number, digits) {
  return localised(number.toFixed(digits));
}

/** A loss: 2.3084, 6.81e19 */
export function loss(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) {
    return '–';
  }
  if (number >= 1e5) {
    return localised(number.toExponential(2).replace('e+', 'e'));
  }
  return localised(number >= 1000 ? number.toPrecision(5) : number.toFixed(4));
}

/** A number of any size with few digits: 0.00731, 1.2e-7 */
export function number(value, digits = 3) {
  return localised(Number(value.toPrecision(digits)).toString());
}

/** A value in a table: of numbers that are not whole, four decimals, or four digits if they are small or large. */
export function cellText(value) {
  if (typeof value !== 'number' || Number.isInteger(value) || !Number.isFinite(value)) {
    return String(value ?? '');
  }
  const size = Math.abs(value);
  return size >= 1 && size < 1000 ? value.toFixed(4) : number(value, 4);
}

/** The numbers of a column, of two digits, all in one notation: with exponents if one of them is too small without. */
export function columnOf(values) {
  const hasExponents = values.some((value) => value !== 0 && Math.abs(value) < SMALL);
  return values.map((value) => hasExponents && value !== 0 ? localised(value.toExponential(1)) : number(value, 2));
}

/** The same with true minus signs: −0.00731, 1.2e−7 */
export function signed(value, digits = 3) {
  return number(value, digits).replaceAll('-', '−');
}

/** Seconds: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds) {
  if (seconds < 10) {
    return t('duration.seconds', { seconds: fixed(seconds, 1) });
  }
  if (seconds < 60) {
    return t('duration.seconds', { seconds: Math.round(seconds) });
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return t('duration.minutes', { minutes, seconds: Math.floor(seconds % 60) });
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t('duration.hours', { hours, minutes: minutes % 60 }) : t('duration.days', { days: Math.floor(hours / 24) });
}

/** 1 step, 2 steps; `noun` is one of the `units` in the catalog */
export function plural(number, noun) {
  return t(`units.${noun}`, { number });
}

const GROUPED = POINT === '.' ? /[,_\s]/g : /[_\s]/g;
const GROUPS = /^-?[1-9]\d{0,2}(\.\d{3})+(,|$)/; // 1.000 and 1.000,5 in languages with a decimal comma; 0.001 is no thousand

/** The number in what a user typed, in the language of the page or as the API writes it; NaN for something else, 0 for nothing. */
export function typedNumber(text) {
  const digits = text.replaceAll(GROUPED, '');
  if (POINT === '.') {
    return Number(digits);
  }
  return Number((GROUPS.test(digits) || digits.includes(POINT) ? digits.replaceAll('.', '') : digits).replace(POINT, '.'));
}

export const LONGEST_NUMBER = 20; // characters that one types

/** A typed number as a link holds it, which opens in any language; null if it is none, or empty. */
export function numberForUrl(text) {
  const isUsable = text.length <= LONGEST_NUMBER && text.trim() !== '' && Number.isFinite(typedNumber(text.trim()));
  return isUsable ? String(typedNumber(text.trim())) : null;
}

/** A number in a link, as one types it in the language of the page; null if it is none. */
export function numberFromUrl(text) {
  const isUsable = text !== null && text.length <= LONGEST_NUMBER && text.trim() !== '' && Number.isFinite(Number(text));
  return isUsable ? String(Number(text)).replace('.', POINT) : null;
}

/** `a, b and c` */
export function listed(names) {
  return names.reduce((list, item, i) => t(i === names.length - 1 ? 'list.last' : 'list.next', { list, item }));
}
