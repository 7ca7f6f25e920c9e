package dev.microgpt.session.query;

import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.StepInputs;

/// A training step, and the computation for one of its documents down to single numbers.
///
/// @param training the inputs of the step
/// @param document index in the batch
/// @param anatomy the computation
public record AnatomyResult(StepInputs training, int document, StepAnatomy anatomy) {}
