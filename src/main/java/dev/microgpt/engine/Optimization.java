package dev.microgpt.engine;

import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;
import dev.microgpt.engine.training.UpdateRule;

/// How a model is trained: optimiser, schedule of the learning rate, and regularisation.
///
/// @param optimizer the rule of the updates; default ADAM
/// @param beta1 decay of the first moments of Adam, 0 to 0.9999; default 0.85
/// @param beta2 decay of the second moments of Adam, 0 to 0.99999; default 0.99
/// @param epsilon added to the root of the second moment, 1e-12 to 1; default 1e-8
/// @param weightDecay share of a weight that a step removes at learning rate 1, 0 to 10, for ADAMW and MUON; the
///     embeddings keep all; default 0.01
/// @param momentum share of the running gradient that a step keeps, 0 to 0.9999, for SGD and MUON; default 0.9
/// @param schedule how the learning rate changes after the warm-up; default LINEAR
/// @param warmupSteps steps in which the learning rate rises linearly from near 0; default 0
/// @param minLearningRate the learning rate at the end of the schedule, at most that at its beginning; default 0
/// @param gradientClip the largest L2 norm of the gradient of all parameters, to which a longer one is shortened;
///     0, the default, for none
/// @param dropout probability with which the embedding and the output of each block are dropped, number by number,
///     in training alone, 0 to 0.9; default 0
/// @param labelSmoothing share of the target probability that is spread over all tokens, in training alone, 0 to 0.9;
///     default 0
public record Optimization(
        OptimizerKind optimizer,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double momentum,
        ScheduleKind schedule,
        long warmupSteps,
        double minLearningRate,
        double gradientClip,
        double dropout,
        double labelSmoothing) {

    /// @throws InvalidInputException if a value is out of its range
    public Optimization {
        ModelOption.BETA1.require(beta1);
        ModelOption.BETA2.require(beta2);
        ModelOption.EPSILON.require(epsilon);
        ModelOption.WEIGHT_DECAY.require(weightDecay);
        ModelOption.MOMENTUM.require(momentum);
        ModelOption.WARMUP_STEPS.require(warmupSteps);
        ModelOption.MIN_LEARNING_RATE.require(minLearningRate);
        ModelOption.GRADIENT_CLIP.require(gradientClip);
        ModelOption.DROPOUT.require(dropout);
        ModelOption.LABEL_SMOOTHING.require(labelSmoothing);
    }

    UpdateRule rule() {
        return new UpdateRule(optimizer, beta1, beta2, epsilon, weightDecay, momentum);
    }

    /// Returns the learning rate of a step.
    ///
    /// @param highest the learning rate after the warm-up
    /// @param numSteps the step, counted from 0, from which on it stays at its minimum
    /// @param step number of steps before that one
    double learningRateAt(double highest, long numSteps, long step) {
        if (step < warmupSteps) {
            return highest * ((step + 1.0) / warmupSteps);
        }
        if (schedule == ScheduleKind.CONSTANT) {
            return highest;
        }
        if (step >= numSteps) {
            return minLearningRate;
        }
        double progress = (double) (step - warmupSteps) / (numSteps - warmupSteps);
        double rest =
                schedule == ScheduleKind.LINEAR
                        ? 1 - progress
                        : 0.5 * (1 + StrictMath.cos(Math.PI * progress));
        return minLearningRate + (highest - minLearningRate) * rest;
    }
}
