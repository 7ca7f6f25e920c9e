// What happened to a session beside its steps, in words.

import { compact, count, number } from './format.js';

/** The kinds, most important first. */
export const KINDS = ['failed', 'steered', 'forked', 'loaded', 'paused', 'resumed', 'cancelled', 'started', 'succeeded'];

function changes({ learningRate, numSteps, batchSize }, whole) {
  return [
    learningRate && `rate ${number(learningRate)}`,
    numSteps && `horizon ${whole(numSteps)}`,
    batchSize && `batch ${whole(batchSize)}`,
  ].filter(Boolean).join(', ');
}

/** What it was and when: `Step 120: steered to rate 0.005`. */
export function described({ step, kind, steering, run, parent }) {
  const what = {
    loaded: () => 'begun with new parameters',
    forked: () => `forked from ${parent}`,
    steered: () => `steered to ${changes(steering, count)}`,
  }[kind]?.() ?? `run ${run} ${kind}`;
  return `Step ${count(step)}: ${what}`;
}

/** For a mark in a chart: a few letters, none for what is of less interest. */
export function labelled({ kind, steering }) {
  return kind === 'steered' ? changes(steering, compact) : kind === 'forked' || kind === 'failed' ? kind : '';
}
