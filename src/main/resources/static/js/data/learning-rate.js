// The learning rate over the steps: after a warm-up it stays, or falls to its minimum at `numSteps`; where a session
// was steered, another curve begins. The schedule is a list of phases, each with the options of training for the steps
// after its `fromStep`.

const SAMPLES = 24; // of a phase that is a curve, as each is on a logarithmic axis
const MANY_PHASES = 40;

/** The learning rate of the step that follows a number of steps. */
export function learningRateAfter(step, { learningRate, numSteps, schedule = 'linear', warmupSteps = 0, minLearningRate = 0 }) {
  if (step < warmupSteps) {
    return learningRate * ((step + 1) / warmupSteps);
  }
  if (schedule === 'constant') {
    return learningRate;
  }
  if (step >= numSteps) {
    return minLearningRate;
  }
  const progress = (step - warmupSteps) / (numSteps - warmupSteps);
  const rest = schedule === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
  return minLearningRate + (learningRate - minLearningRate) * rest;
}

/**
 * The `numSteps` with which the learning rate falls to its minimum at the end of a run of some steps; undefined if it
 * does not reach it before, so that there is nothing to change.
 */
export function numStepsFor(steps, { step, options: { numSteps, schedule } }) {
  return schedule !== 'constant' && step + steps > numSteps ? step + steps : undefined;
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
    const bends = [phase.warmupSteps ?? 0, phase.numSteps + 1]; // the last step of the warm-up, the first at the minimum
    const steps = [first, ...bends.filter((bend) => bend > first && bend < last), last];
    if (schedule.length <= MANY_PHASES && (isLogarithmic || phase.schedule === 'cosine')) {
      for (let k = 1; k < SAMPLES; k++) {
        steps.push(isLogarithmic ? first * (last / first) ** (k / SAMPLES) : first + (last - first) * (k / SAMPLES));
      }
    }
    steps.sort((a, b) => a - b);
    return steps.map((step) => [step, learningRateAfter(step - 1, phase)]);
  });
}
