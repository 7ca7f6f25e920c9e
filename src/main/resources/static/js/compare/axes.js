// Where a step is on the axes that losses can be drawn over: steps, documents seen, time.

import { plural } from '../format.js';

export const AXES = {
  step: { label: 'step', name: 'step' },
  documents: { label: 'documents seen', name: 'documents seen' },
  time: { label: 'time in training', name: 'time in training', column: 'seconds in training' },
};

/** Documents seen after so many steps; null if the first steps are not in the schedule, as of an imported model. */
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
 * When steps were trained, as {knots: [[step, seconds], …], missing}. Only the time of runs counts, without
 * their pauses; between two events of a run it is spread evenly. The steps that a fork has from its parent
 * have no time. `missing` says in words why there are no knots; null if there are.
 */
export function timesOf(events, lastStep, now) {
  let knots = [[0, 0]];
  let seconds = 0;
  let began = null; // when the stretch of a run began that goes on; null between runs
  let untimed = 0; // steps outside of runs
  for (const { kind, step, at } of events) {
    const time = Date.parse(at) / 1000;
    if (kind === 'loaded' || kind === 'forked') {
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
    const goesOn = kind === 'started' || kind === 'resumed' || (kind === 'steered' && began !== null);
    began = goesOn ? time : null;
  }
  const rest = lastStep - knots.at(-1)[0];
  if (began === null) {
    untimed += Math.max(0, rest);
  } else if (rest > 0) {
    knots.push([lastStep, seconds + Math.max(0, now / 1000 - began)]);
  }
  return untimed > 0
    ? { knots: [], missing: `${plural(untimed, 'step')} of it ${untimed === 1 ? 'was' : 'were'} trained outside of runs` }
    : { knots, missing: null };
}

/** Seconds of training after so many steps; null before the first knot. */
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

/** The first point [x, …] of a curve that is not before a place on the axis; null where the curve has ended or not begun. */
export function pointAt(points, x) {
  const index = points.findIndex((point) => point[0] >= x);
  return index < 0 || (index === 0 && points[0][0] > x) ? null : points[index];
}
