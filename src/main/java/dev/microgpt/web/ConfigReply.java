package dev.microgpt.web;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;

/// The shape of a model and all its options; vocabSize and numDocs are 0 before documents are loaded.
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

    public static ConfigReply of(ModelConfig config, ModelOptions options) {
        return new ConfigReply(
                config.nEmbd(),
                config.nHead(),
                config.nLayer(),
                config.blockSize(),
                config.headDim(),
                config.vocabSize(),
                config.numDocs(),
                options.seed(),
                options.learningRate(),
                options.numSteps(),
                options.engine(),
                options.random(),
                options.batchSize());
    }
}
