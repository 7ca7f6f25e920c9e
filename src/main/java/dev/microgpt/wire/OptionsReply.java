package dev.microgpt.wire;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;

import io.swagger.v3.oas.annotations.media.Schema;

/// All options of a model.
@Schema(name = "ModelOptions")
public record OptionsReply(
        long seed,
        int nEmbd,
        int nHead,
        int nLayer,
        int blockSize,
        double learningRate,
        long numSteps,
        EngineKind engine,
        RandomKind random,
        int batchSize) {

    static OptionsReply of(ModelOptions options) {
        return new OptionsReply(
                options.seed(),
                options.nEmbd(),
                options.nHead(),
                options.nLayer(),
                options.blockSize(),
                options.learningRate(),
                options.numSteps(),
                options.engine(),
                options.random(),
                options.batchSize());
    }
}
