// Describes the events in the history of a session in words.

import { compact, count, number } from './format.js';
import { OPTION_NAMES, optionText } from './session-options.js';
import { texts } from './texts.js';

const t = await texts('common');

/** The kinds of events, most important first. */
export const EVENT_KINDS = ['failed', 'differs', 'steered', 'continued', 'forked', 'restored', 'loaded', 'paused', 'resumed', 'cancelled', 'started', 'succeeded'];

/** Whether an event gives a session its model. */
export function isBeginning({ kind }) {
  return kind === 'loaded' || kind === 'restored' || kind === 'forked';
}

/** When the parameters were last initialised for new documents, as ISO time; undefined if the history does not say. */
export function loadedAt(events) {
  return events.findLast(({ kind }) => kind === 'loaded')?.at;
}

/** How often a session has continued with other documents after a step. */
export function continuedAfter(events, step) {
  const first = events.findLastIndex(({ kind }) => kind === 'loaded' || kind === 'restored') + 1; // those before are of other steps
  return events.slice(first).filter((event) => event.kind === 'continued' && event.step > step).length;
}

function changes(steering, whole) {
  return OPTION_NAMES.filter((name) => steering[name] !== undefined && steering[name] !== null)
    .map((name) => t('optionValue', { name: optionText(name, 'word'), value: inWords(steering[name], whole) }))
    .join(', ');
}

function inWords(value, whole) {
  return typeof value === 'string' ? value : Number.isInteger(value) ? whole(value) : number(value);
}

/** An event as a sentence: `Step 120: steered to rate 0.005`. */
export function describeEvent({ step, kind, steering, run, parent, continued }) {
  return t(`events.${kind}`, {
    step, parent, run: String(run), hasRun: run !== undefined && run !== null,
    changes: kind === 'steered' ? changes(steering, count) : '',
    documents: continued?.documents ?? 0, hasCharacters: Boolean(continued?.characters), characters: continued?.characters ?? '',
  });
}

/** A short label for a mark in a chart; empty for less important events. */
export function eventLabel({ kind, steering }) {
  return kind === 'steered' ? changes(steering, compact) : ['continued', 'forked', 'failed'].includes(kind) ? t(`eventLabels.${kind}`) : '';
}
