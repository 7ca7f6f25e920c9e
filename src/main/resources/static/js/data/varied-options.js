// How the options that vary in a sweep are written on the pages.

import { number } from './format.js';
import { OPTION_NAMES, optionText } from './session-options.js';
import { texts } from './texts.js';

const t = await texts('common');

const DIGITS = 4; // of values that are drawn at random

/** The label of an option that varies. */
export function variedLabel(name) {
  return OPTION_NAMES.includes(name) ? optionText(name) : t('preset.label');
}

/** The same within a sentence. */
export function variedName(name) {
  return OPTION_NAMES.includes(name) ? optionText(name, 'name') : t('preset.name');
}

/** The value of an option; seeds in full. */
export function variedValue(name, value) {
  return typeof value === 'number' && name !== 'seed' ? number(value, DIGITS) : String(value);
}

/** All of them in words: learning rate 0.01, layers 2; empty if there are none. */
export function variedInWords(options) {
  return Object.entries(options).map(([name, value]) => t('optionValue', { name: variedName(name), value: variedValue(name, value) })).join(', ');
}

/** The state of a sweep or of one of its trials, for people. */
export function stateInWords(state) {
  return t(`states.${state}`);
}

/** The states of a sweep or of one of its trials as those of sessions, whose chips have colours. */
export const STATES_OF_SESSIONS = { running: 'training', paused: 'paused', completed: 'ready', failed: 'failed' };

/** How many trials of a sweep have ended, and how many there are: {ended, all}. */
export function endedTrials({ waiting, running, paused, ...ended }) {
  const count = Object.values(ended).reduce((sum, each) => sum + each, 0);
  return { ended: count, all: count + waiting + running + paused };
}
