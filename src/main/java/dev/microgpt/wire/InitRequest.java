package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The options of a new session, and what to load, if anything.
public record InitRequest(
        @Schema(
                        description =
                                "of the random generator: -2^31 to 2^32-1 for mulberry32, 0 to 2^63-1"
                                        + " for python",
                        defaultValue = "42",
                        example = "42")
                @Nullable Long seed,
        @Schema(description = "embedding width", defaultValue = "16", minimum = "1", example = "16")
                @Nullable Integer nEmbd,
        @Schema(
                        description = "attention heads; divides nEmbd",
                        defaultValue = "4",
                        minimum = "1",
                        example = "4")
                @Nullable Integer nHead,
        @Schema(description = "layers", defaultValue = "1", minimum = "1", example = "1")
                @Nullable Integer nLayer,
        @Schema(
                        description = "longest context in tokens",
                        defaultValue = "16",
                        minimum = "1",
                        example = "16")
                @Nullable Integer blockSize,
        @Schema(
                        description = "at the first step; finite, above 0",
                        defaultValue = "0.01",
                        example = "0.01")
                @Nullable Double learningRate,
        @Schema(
                        description = "after so many steps the learning rate has fallen to 0",
                        defaultValue = "1000",
                        minimum = "1",
                        example = "1000")
                @Nullable Long numSteps,
        @Schema(
                        description =
                                "tensor is the fast one; scalar is the reference, equal to microgptjs",
                        allowableValues = {"tensor", "scalar"},
                        defaultValue = "tensor",
                        example = "tensor")
                @Nullable String engine,
        @Schema(
                        description =
                                "mulberry32 is that of microgptjs, python that of microgpt.py",
                        allowableValues = {"mulberry32", "python"},
                        defaultValue = "mulberry32",
                        example = "mulberry32")
                @Nullable String random,
        @Schema(
                        description = "documents in a step",
                        defaultValue = "1",
                        minimum = "1",
                        example = "1")
                @Nullable Integer batchSize,
        @Schema(
                        description = "documents to load, one a line; not together with dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "bundled dataset to load; not together with text")
                @Nullable String dataset) {

    /// All defaults, nothing to load.
    public static final InitRequest DEFAULTS =
            new InitRequest(null, null, null, null, null, null, null, null, null, null, null, null);

    /// @throws dev.microgpt.engine.InvalidInputException if an option is out of its range
    public ModelOptions options() {
        ModelOptions defaults = ModelOptions.defaults();
        return new ModelOptions(
                seed == null ? defaults.seed() : seed,
                nEmbd == null ? defaults.nEmbd() : nEmbd,
                nHead == null ? defaults.nHead() : nHead,
                nLayer == null ? defaults.nLayer() : nLayer,
                blockSize == null ? defaults.blockSize() : blockSize,
                learningRate == null ? defaults.learningRate() : learningRate,
                numSteps == null ? defaults.numSteps() : numSteps,
                EnumNames.parse("engine", engine, defaults.engine()),
                EnumNames.parse("random", random, defaults.random()),
                batchSize == null ? defaults.batchSize() : batchSize);
    }

    /// What to load; null for nothing.
    public @Nullable Corpus corpus(Datasets datasets, Limits limits) {
        return text == null && dataset == null ? null : requiredCorpus(datasets, limits);
    }

    /// What to load.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if there is nothing to load
    public Corpus requiredCorpus(Datasets datasets, Limits limits) {
        return new LoadRequest(text, dataset).corpus(datasets, limits);
    }

    /// These options with other documents; null keeps what there is.
    public InitRequest withDocuments(@Nullable String newText, @Nullable String newDataset) {
        return new InitRequest(
                seed,
                nEmbd,
                nHead,
                nLayer,
                blockSize,
                learningRate,
                numSteps,
                engine,
                random,
                batchSize,
                newText == null ? text : newText,
                newDataset == null ? dataset : newDataset);
    }
}
