package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The result of one training step.
///
/// @param step the number of this step, counted from 1
/// @param loss mean cross-entropy of the batch before the update, in nats
/// @param docs the documents of the batch
/// @param doc the last document of the batch
/// @param tokens token ids of the last document, with BOS at both ends
/// @param learningRate the learning rate of this step
/// @param paramStats statistics over all parameters after the update
/// @param vizData one trace for each trained position of the last document; empty unless requested
/// @param diagnostics diagnostics of the whole batch; null unless traces were requested
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
