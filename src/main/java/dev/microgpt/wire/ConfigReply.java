package dev.microgpt.wire;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.session.persistence.SessionView;

import java.util.Objects;

/// The shape of a model and all its options; `vocabSize` and `numDocs` are 0 until documents are loaded.
public record ConfigReply(
        int nEmbd,
        int nHead,
        int nLayer,
        int blockSize,
        int headDim,
        int vocabSize,
        int numDocs,
        long seed,
        double learningRate,
        long numSteps,
        EngineKind engine,
        RandomKind random,
        int batchSize) {

    public static ConfigReply of(SessionView view) {
        ModelOptions options = view.options();
        return new ConfigReply(
                options.nEmbd(),
                options.nHead(),
                options.nLayer(),
                options.blockSize(),
                options.headDim(),
                Objects.requireNonNullElse(view.vocabSize(), 0),
                Objects.requireNonNullElse(view.numDocs(), 0),
                options.seed(),
                options.learningRate(),
                options.numSteps(),
                options.engine(),
                options.random(),
                options.batchSize());
    }
}
