// Computes the training diagnostics of an earlier step from what is kept of it: weights, the optimiser's moments and
// the trace of a text. For the newest step, the live stream carries the same numbers.

import { learningRateOf } from './learning-rate.js';
import { withDefaults } from './session-options.js';

const MOST_PARAMETERS = 100_000; // four numbers are transferred for each

const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Whether the model is small enough to transfer all its parameters. */
export function canComputePastHealth(view) {
  return view.numParams <= MOST_PARAMETERS;
}

/**
 * Returns {step, matrices: [{name, gradientNorm, weightNorm, updateRatio}]} as of a step, null for the newest one.
 * The gradient is that of the next batch; the update is the one that led to the step.
 */
export async function matrixHealthAt({ api, name, schedule, view, limits }, wantedStep) {
  const options = withDefaults(view.options, limits);
  const matrices = [];
  let step;
  for (const { name: matrix } of await api.matrices(name)) {
    const replies = await Promise.all(['weight', 'gradient', 'm', 'v'].map(
      (kind) => api.parameters(name, matrix, { kind, step: wantedStep })));
    const [weight, gradient, m, v] = replies.map(({ values }) => values);
    [{ step }] = replies;
    const update = step === 0 ? weight.map(() => 0)
      : options.optimizer === 'adam' ? adamUpdate(step, m, v, learningRateOf(step, schedule) ?? 0, options)
        : await difference(api, name, matrix, weight, step);
    const before = norm(weight.map((value, i) => value + update[i]));
    matrices.push({
      name: matrix, gradientNorm: norm(gradient), weightNorm: norm(weight), updateRatio: before === 0 ? 0 : norm(update) / before,
    });
  }
  return { step, matrices };
}

/** What Adam subtracted from the parameters in a step. */
function adamUpdate(step, m, v, rate, { beta1, beta2, epsilon }) {
  return m.map((moment, i) => rate * (moment / (1 - beta1 ** step)) / (Math.sqrt(v[i] / (1 - beta2 ** step)) + epsilon));
}

/** What a step subtracted from the parameters, by the weights before it. */
async function difference(api, name, matrix, weight, step) {
  const { values } = await api.parameters(name, matrix, { kind: 'weight', step: step - 1 });
  return weight.map((value, i) => values[i] - value);
}

/** The share of MLP units of each layer that are 0 or less at all positions of a trace. */
export function deadUnits({ vizData }) {
  return vizData[0].mlpActivations.map((units, layer) => {
    const dead = units.filter((_, unit) => vizData.every(({ mlpActivations }) => mlpActivations[layer][unit] <= 0));
    return dead.length / units.length;
  });
}
