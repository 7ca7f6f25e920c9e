// Describes the events in the history of a session in words.

import { compact, count, number, plural } from './format.js';
import { OPTION_TEXTS } from './session-options.js';

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

function newDocuments({ documents, characters }) {
  return `${plural(documents, 'other document')}${characters === '' ? '' : ` and the new characters ${characters}`}`;
}

function changes(steering, whole) {
  return Object.entries(OPTION_TEXTS)
    .filter(([name]) => steering[name] !== undefined && steering[name] !== null)
    .map(([name, { word }]) => `${word} ${inWords(steering[name], whole)}`)
    .join(', ');
}

function inWords(value, whole) {
  return typeof value === 'string' ? value : Number.isInteger(value) ? whole(value) : number(value);
}

/** An event as a sentence: `Step 120: steered to rate 0.005`. */
export function describeEvent({ step, kind, steering, run, parent, continued }) {
  const what = {
    loaded: () => 'started with new parameters',
    restored: () => 'restored from a checkpoint',
    differs: () => 'repeated after a restart, with another loss',
    forked: () => `forked from ${parent}`,
    continued: () => `continued with ${newDocuments(continued)}`,
    steered: () => `steered to ${changes(steering, count)}`,
  }[kind]?.() ?? `${run === undefined || run === null ? 'the step' : `run ${run}`} ${kind}`;
  return `Step ${count(step)}: ${what}`;
}

/** A short label for a mark in a chart; empty for less important events. */
export function eventLabel({ kind, steering }) {
  return kind === 'steered' ? changes(steering, compact) : kind === 'continued' ? 'new documents' : kind === 'forked' || kind === 'failed' ? kind : '';
}
