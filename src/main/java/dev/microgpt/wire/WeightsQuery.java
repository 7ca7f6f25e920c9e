package dev.microgpt.wire;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.checkpoint.ExpectedShape;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// The options that a file with weights alone does not contain, and the shape that the file must have.
public record WeightsQuery(
        @Schema(description = "Attention heads, as in init") @Nullable Integer nHead,
        @Schema(description = "As in init") @Nullable Long seed,
        @Schema(description = "As in init") @Nullable Double learningRate,
        @Schema(description = "As in init") @Nullable Long numSteps,
        @Schema(description = "tensor or scalar") @Nullable String engine,
        @Schema(description = "mulberry32 or python") @Nullable String random,
        @Schema(description = "As in init") @Nullable Integer batchSize,
        @Schema(description = "As in init") @Nullable String preset,
        @Schema(description = "As in init") @Nullable String norm,
        @Schema(description = "As in init") @Nullable Boolean normGain,
        @Schema(description = "As in init") @Nullable Boolean normBias,
        @Schema(description = "As in init") @Nullable Boolean embeddingNorm,
        @Schema(description = "As in init") @Nullable Boolean finalNorm,
        @Schema(description = "As in init") @Nullable Boolean qkNorm,
        @Schema(description = "As in init") @Nullable String activation,
        @Schema(description = "As in init") @Nullable Double mlpRatio,
        @Schema(description = "As in init") @Nullable String position,
        @Schema(description = "As in init") @Nullable Boolean tied,
        @Schema(description = "As in init") @Nullable Boolean biases,
        @Schema(description = "As in init") @Nullable Integer kvHeads,
        @Schema(description = "As in init") @Nullable String optimizer,
        @Schema(description = "As in init") @Nullable Double beta1,
        @Schema(description = "As in init") @Nullable Double beta2,
        @Schema(description = "As in init") @Nullable Double epsilon,
        @Schema(description = "As in init") @Nullable Double weightDecay,
        @Schema(description = "As in init") @Nullable Double momentum,
        @Schema(description = "As in init") @Nullable String schedule,
        @Schema(description = "As in init") @Nullable Long warmupSteps,
        @Schema(description = "As in init") @Nullable Double minLearningRate,
        @Schema(description = "As in init") @Nullable Double gradientClip,
        @Schema(description = "As in init") @Nullable Double dropout,
        @Schema(description = "As in init") @Nullable Double labelSmoothing,
        @Schema(description = "As in init") @Nullable Double validation,
        @Schema(description = "As in init") @Nullable Long validateEvery,
        @Schema(
                        description =
                                "As in init; the byte pairs of bpe are those of the dataset, and vocabSize is that of"
                                        + " the file")
                @Nullable String tokenizer,
        @Schema(description = "Characters in the order of their token ids")
                @Nullable String alphabet,
        @Schema(description = "Bundled dataset to train on") @Nullable String dataset,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer nEmbd,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer nLayer,
        @Schema(
                        description =
                                "If given, it must equal the value in the file, unless that has no positions")
                @Nullable Integer blockSize,
        @Schema(description = "If given, it must equal the value in the file")
                @Nullable Integer vocabSize) {

    /// The options that the file contains.
    private static final Set<ModelOption> IN_FILE =
            Set.of(
                    ModelOption.N_EMBD,
                    ModelOption.N_LAYER,
                    ModelOption.BLOCK_SIZE,
                    ModelOption.VOCAB_SIZE);

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
        OptionValues given = GivenOptions.of(this, limits, IN_FILE);
        if (preset == null) {
            return given.isEmpty() ? null : given.builder();
        }
        return given.addTo(ModelOptions.builder().preset(GivenOptions.preset(preset)));
    }
}
