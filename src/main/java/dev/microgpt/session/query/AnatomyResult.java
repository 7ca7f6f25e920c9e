package dev.microgpt.session.query;

import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.StepInputs;

/// A training step, and one of its documents down to single numbers.
///
/// @param document index in the batch
public record AnatomyResult(StepInputs training, int document, StepAnatomy anatomy) {}
