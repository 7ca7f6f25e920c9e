// Describes the events in the history of a session in words.

import { compact, count, number } from './format.js';
import { OPTION_TEXTS } from './session-options.js';

/** The kinds of events, most important first. */
export const EVENT_KINDS = ['failed', 'steered', 'forked', 'loaded', 'paused', 'resumed', 'cancelled', 'started', 'succeeded'];

function changes(steering, whole) {
  return Object.entries(OPTION_TEXTS)
    .filter(([name]) => steering[name])
    .map(([name, { word }]) => `${word} ${Number.isInteger(steering[name]) ? whole(steering[name]) : number(steering[name])}`)
    .join(', ');
}

/** An event as a sentence: `Step 120: steered to rate 0.005`. */
export function describeEvent({ step, kind, steering, run, parent }) {
  const what = {
    loaded: () => 'started with new parameters',
    forked: () => `forked from ${parent}`,
    steered: () => `steered to ${changes(steering, count)}`,
  }[kind]?.() ?? `run ${run} ${kind}`;
  return `Step ${count(step)}: ${what}`;
}

/** A short label for a mark in a chart; empty for less important events. */
export function eventLabel({ kind, steering }) {
  return kind === 'steered' ? changes(steering, compact) : kind === 'forked' || kind === 'failed' ? kind : '';
}
