package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What one training step did.
///
/// @param step number of steps made, counted from 1
/// @param loss mean cross-entropy in nats of the step's documents before the update
/// @param docs the documents of the batch
/// @param doc the last document of the batch
/// @param tokens its token ids with BOS at both ends
/// @param learningRate of this step
/// @param paramStats of the parameters after the update
/// @param vizData one trace a trained position of the last document; empty where none was asked for
/// @param diagnostics of the whole batch; null where no traces were asked for
public record StepResult(
        long step,
        double loss,
        List<String> docs,
        String doc,
        int[] tokens,
        double learningRate,
        ParamStats paramStats,
        List<Trace> vizData,
        @Nullable StepDiagnostics diagnostics) {}
