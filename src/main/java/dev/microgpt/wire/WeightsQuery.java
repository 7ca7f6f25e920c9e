package dev.microgpt.wire;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.checkpoint.ExpectedShape;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The options that a file with weights alone does not contain, and the shape that the file must have.
public record WeightsQuery(
        @Schema(description = "Attention heads, as in init") @Nullable Integer nHead,
        @Schema(description = "As in init") @Nullable Long seed,
        @Schema(description = "As in init") @Nullable Double learningRate,
        @Schema(description = "As in init") @Nullable Long numSteps,
        @Schema(description = "tensor or scalar") @Nullable String engine,
        @Schema(description = "mulberry32 or python") @Nullable String random,
        @Schema(description = "As in init") @Nullable Integer batchSize,
        @Schema(description = "Characters in the order of their token ids")
                @Nullable String alphabet,
        @Schema(description = "Bundled dataset to train on") @Nullable String dataset,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer nEmbd,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer nLayer,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer blockSize,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer vocabSize) {

    /// Returns what the reader of the file needs to know.
    public CheckpointReader.Given given(Datasets datasets, Limits limits) {
        Corpus documents =
                dataset == null ? null : new LoadRequest(null, dataset).corpus(datasets, limits);
        return new CheckpointReader.Given(
                options(limits),
                alphabet,
                documents,
                new ExpectedShape(nEmbd, nLayer, blockSize, vocabSize));
    }

    /// Returns the given options; null if there are none.
    private ModelOptions.@Nullable Builder options(Limits limits) {
        limits.check(ModelOption.N_HEAD, nHead);
        limits.check(ModelOption.NUM_STEPS, numSteps);
        limits.check(ModelOption.BATCH_SIZE, batchSize);
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
            builder.engine(EnumNames.parse("engine", engine, ModelOption.ENGINE.defaultValue()));
            isGiven = true;
        }
        if (random != null) {
            builder.random(EnumNames.parse("random", random, ModelOption.RANDOM.defaultValue()));
            isGiven = true;
        }
        if (batchSize != null) {
            builder.batchSize(batchSize);
            isGiven = true;
        }
        return isGiven ? builder : null;
    }
}
