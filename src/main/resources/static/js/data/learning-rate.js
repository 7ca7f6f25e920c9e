// The learning rate over the steps. It falls linearly from `learningRate` at step 0 to 0 at `numSteps`; where a
// session was steered, another line begins. The schedule is a list of {fromStep, learningRate, numSteps}, each
// for the steps after `fromStep`.

const SAMPLES = 24; // of a phase on a logarithmic axis, where a line is a curve
const MANY_PHASES = 40;

/** The learning rate of the step that follows a number of steps. */
export function learningRateAfter(step, { learningRate, numSteps }) {
  return learningRate * Math.max(0, 1 - step / numSteps);
}

/**
 * The `numSteps` with which the learning rate falls to 0 at the end of a run of some steps; undefined if the rate
 * does not reach 0 before, so that there is nothing to change.
 */
export function numStepsFor(steps, { step, options: { numSteps } }) {
  return step + steps > numSteps ? step + steps : undefined;
}

/** The phase of the step that follows a number of steps; undefined before the first. */
export function phaseAfter(step, schedule) {
  return schedule.findLast(({ fromStep }) => fromStep <= step);
}

/** The learning rate of a step, counted from 1; null if it is not known. */
export function learningRateOf(step, schedule) {
  const phase = phaseAfter(step - 1, schedule);
  return phase === undefined ? null : learningRateAfter(step - 1, phase);
}

/** Points [step, learning rate] of the curve up to the last step. */
export function schedulePoints(schedule, lastStep, isLogarithmic) {
  return schedule.flatMap((phase, i) => {
    const first = phase.fromStep + 1;
    const last = Math.min(lastStep, schedule[i + 1]?.fromStep ?? lastStep);
    if (last < first) {
      return [];
    }
    const bend = phase.numSteps + 1; // the first step with a rate of 0
    const steps = [first, ...(bend > first && bend < last ? [bend] : []), last];
    if (isLogarithmic && schedule.length <= MANY_PHASES) {
      for (let k = 1; k < SAMPLES; k++) {
        steps.push(first * (last / first) ** (k / SAMPLES));
      }
      steps.sort((a, b) => a - b);
    }
    return steps.map((step) => [step, learningRateAfter(step - 1, phase)]);
  });
}
