// What the form for a new sweep asks for, as a request of the API; and to which of its fields a problem belongs.

import { typedNumber } from '../../data/format.js';
import { texts } from '../../data/texts.js';

const t = await texts('sweeps');

const MOST_SEEDS = 1000;

/** An error of a field, like those of the server. */
const problemOf = (field, message) => ({ field, message });

/** The number in a text; throws a problem if there is none. */
export function numberOf(text, field, label) {
  const value = typedNumber(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw problemOf(field, t('request.mustBeNumber', { label }));
  }
  return value;
}

/** The values in a list such as 0.003, 0.01. */
export function valuesOf({ name, type }, text) {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (parts.length === 0) {
    throw problemOf(name, t('request.noValue'));
  }
  return parts.map((part) => {
    if (type === 'boolean') {
      return part === 'true' || (part === 'false' ? false : part); // the server says what else is wrong
    }
    return type === 'string' ? part : numberOf(part, name, t('request.quoted', { value: part }));
  });
}

/** Whether numbers of an option can be drawn from a range. */
export function isNumeric({ type }) {
  return type === 'integer' || type === 'number';
}

function rangeOf(option, { values, min, max, isLog }) {
  return isNumeric(option)
    ? { min: numberOf(min, option.name, t('request.smallest')), max: numberOf(max, option.name, t('request.largest')), scale: isLog ? 'log' : 'linear' }
    : { values: valuesOf(option, values) };
}

/**
 * The varied options of a request, {grid} or {random}.
 *
 * @param rows {option, values, min, max, isLog} as typed
 * @param isRandom whether options are drawn at random
 * @param seeds how many seeds each combination is trained with, as typed
 * @param draws how many trials are drawn, as typed
 * @param find returns the description of an option
 */
export function variedOf({ rows, isRandom, seeds, draws }, find) {
  if (isRandom) {
    const options = Object.fromEntries(rows.map((row) => [row.option, rangeOf(find(row.option), row)]));
    return { random: { count: numberOf(draws, 'count', t('request.sessions')), options } };
  }
  const grid = Object.fromEntries(rows.map((row) => [row.option, valuesOf(find(row.option), row.values)]));
  const number = numberOf(seeds, 'seed', t('request.seeds'));
  if (!Number.isInteger(number) || number < 1 || number > MOST_SEEDS) {
    throw problemOf('seed', t('request.seedsRange', { most: String(MOST_SEEDS), seeds }));
  }
  return { grid: { ...grid, seed: Array.from({ length: number }, (_, i) => i + 1) } };
}

/** How many sessions the varied options make; null while they are not valid. */
export function sessionsOf(form, find) {
  try {
    const { grid, random } = variedOf(form, find);
    return random !== undefined ? random.count : Object.values(grid).reduce((product, values) => product * values.length, 1);
  } catch {
    return null;
  }
}

/** The field of the form that a problem belongs to: grid.nEmbd[2] and options.nEmbd belong to nEmbd. */
export function fieldOf(problem) {
  const [, field = ''] = (problem.field ?? '').match(/^(?:grid\.|random\.options\.|random\.|options\.)?(\w+)/) ?? [];
  return field;
}
