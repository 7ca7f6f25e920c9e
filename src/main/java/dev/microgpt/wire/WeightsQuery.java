package dev.microgpt.wire;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.checkpoint.ExpectedShape;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// What a file with weights alone leaves open, and what it must be like.
public record WeightsQuery(
        @Schema(description = "attention heads, as of init") @Nullable Integer nHead,
        @Schema(description = "as of init") @Nullable Long seed,
        @Schema(description = "as of init") @Nullable Double learningRate,
        @Schema(description = "as of init") @Nullable Long numSteps,
        @Schema(description = "tensor or scalar") @Nullable String engine,
        @Schema(description = "mulberry32 or python") @Nullable String random,
        @Schema(description = "as of init") @Nullable Integer batchSize,
        @Schema(description = "the characters in the order of their tokens")
                @Nullable String alphabet,
        @Schema(description = "bundled dataset to train on") @Nullable String dataset,
        @Schema(description = "if given, it must be that of the file") @Nullable Integer nEmbd,
        @Schema(description = "if given, it must be that of the file") @Nullable Integer nLayer,
        @Schema(description = "if given, it must be that of the file") @Nullable Integer blockSize,
        @Schema(description = "if given, it must be that of the file")
                @Nullable Integer vocabSize) {

    public CheckpointReader.Given given(Datasets datasets, Limits limits) {
        Corpus documents =
                dataset == null ? null : new LoadRequest(null, dataset).corpus(datasets, limits);
        return new CheckpointReader.Given(
                options(),
                alphabet,
                documents,
                new ExpectedShape(nEmbd, nLayer, blockSize, vocabSize));
    }

    /// Null where none is given.
    private ModelOptions.@Nullable Builder options() {
        ModelOptions.Builder builder = ModelOptions.builder();
        boolean isGiven = false;
        if (nHead != null) {
            builder.nHead(nHead);
            isGiven = true;
        }
        if (seed != null) {
            builder.seed(seed);
            isGiven = true;
        }
        if (learningRate != null) {
            builder.learningRate(learningRate);
            isGiven = true;
        }
        if (numSteps != null) {
            builder.numSteps(numSteps);
            isGiven = true;
        }
        if (engine != null) {
            builder.engine(EnumNames.parse("engine", engine, EngineKind.TENSOR));
            isGiven = true;
        }
        if (random != null) {
            builder.random(EnumNames.parse("random", random, RandomKind.MULBERRY32));
            isGiven = true;
        }
        if (batchSize != null) {
            builder.batchSize(batchSize);
            isGiven = true;
        }
        return isGiven ? builder : null;
    }
}
