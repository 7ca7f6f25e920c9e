// The axes that losses can be plotted over (steps, documents seen, time), and where a step is on them.

import { isBeginning } from '../../data/session-events.js';
import { texts } from '../../data/texts.js';

const t = await texts('compare');

export const AXES = {
  step: { label: t('axes.step') },
  documents: { label: t('axes.documents') },
  time: { label: t('axes.time'), column: t('axes.seconds') },
};

/** Documents seen after a number of steps; null if the schedule lacks the first steps, as for an imported model. */
export function documentsAfter(step, schedule) {
  if (schedule[0]?.fromStep !== 0) {
    return null;
  }
  let seen = 0;
  schedule.forEach(({ fromStep, batchSize }, i) => {
    const end = Math.min(step, schedule[i + 1]?.fromStep ?? step);
    seen += Math.max(0, end - fromStep) * batchSize;
  });
  return seen;
}

/**
 * When steps were trained, as {knots: [[step, seconds], …], missing}. Only the time of runs counts, without pauses;
 * between two events of a run, time is interpolated linearly. The steps that a session begins with, as a fork or from
 * a checkpoint, have no time. `missing` says why there are no knots; null if there are.
 */
export function timesOf(events, lastStep, now) {
  let knots = [[0, 0]];
  let seconds = 0;
  let began = null; // when the current stretch of a run began; null between runs
  let untimed = 0; // steps outside of runs
  for (const event of events) {
    const { kind, step, at } = event;
    const time = Date.parse(at) / 1000;
    if (isBeginning(event)) {
      knots = [[step, 0]];
      seconds = 0;
      began = null;
      untimed = 0;
      continue;
    }
    if (began !== null) {
      seconds += Math.max(0, time - began);
    } else {
      untimed += step - knots.at(-1)[0];
    }
    knots.push([step, seconds]);
    const isWithinRun = ['steered', 'differs', 'continued'].includes(kind);
    const isRunning = kind === 'started' || kind === 'resumed' || (isWithinRun && began !== null);
    began = isRunning ? time : null;
  }
  const rest = lastStep - knots.at(-1)[0];
  if (began === null) {
    untimed += Math.max(0, rest);
  } else if (rest > 0) {
    knots.push([lastStep, seconds + Math.max(0, now / 1000 - began)]);
  }
  return untimed > 0
    ? { knots: [], missing: t('axes.timeUnknown', { steps: untimed }) }
    : { knots, missing: null };
}

/** Seconds of training after a number of steps; null before the first knot. */
export function secondsAfter(step, knots) {
  const next = knots.findIndex(([to]) => to >= step);
  if (next < 0) {
    return knots.at(-1)?.[1] ?? null;
  }
  const [to, end] = knots[next];
  if (next === 0) {
    return step === to ? end : null;
  }
  const [from, start] = knots[next - 1];
  return start + (end - start) * (step - from) / (to - from);
}

/** The first point [x, …] of a curve at or after a value on the axis; null before and after the curve. */
export function pointAt(points, x) {
  const index = points.findIndex((point) => point[0] >= x);
  return index < 0 || (index === 0 && points[0][0] > x) ? null : points[index];
}
