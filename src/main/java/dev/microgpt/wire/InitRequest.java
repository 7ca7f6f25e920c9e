package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The options of a new session and, optionally, the documents to load. The OpenAPI document gets the
/// defaults and ranges of the options from [ModelOption].
public record InitRequest(
        @Schema(
                        description =
                                "Seed of the random generator: -2^31 to 2^32-1 for mulberry32, 0 to"
                                        + " 2^63-1 for python")
                @Nullable Long seed,
        @Schema(description = "Embedding width") @Nullable Integer nEmbd,
        @Schema(description = "Attention heads; must divide nEmbd") @Nullable Integer nHead,
        @Schema(description = "Layers") @Nullable Integer nLayer,
        @Schema(description = "Maximum context length in tokens") @Nullable Integer blockSize,
        @Schema(description = "Learning rate of the first step; finite and above 0")
                @Nullable Double learningRate,
        @Schema(description = "Number of steps after which the learning rate has fallen to 0")
                @Nullable Long numSteps,
        @Schema(
                        description =
                                "tensor is the fast engine; scalar is the reference, equal to microgptjs")
                @Nullable String engine,
        @Schema(
                        description =
                                "mulberry32 is the generator of microgptjs, python that of microgpt.py")
                @Nullable String random,
        @Schema(description = "Documents per step") @Nullable Integer batchSize,
        @Schema(
                        description = "Documents to load, one per line; excludes dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Bundled dataset to load; excludes text") @Nullable String dataset) {

    /// All defaults, nothing to load.
    public static final InitRequest DEFAULTS =
            new InitRequest(null, null, null, null, null, null, null, null, null, null, null, null);

    /// Returns the options with defaults filled in.
    ///
    /// @throws InvalidInputException if an option is out of range
    public ModelOptions options(Limits limits) {
        ModelOptions defaults = ModelOptions.defaults();
        limits.check(ModelOption.N_EMBD, nEmbd);
        if (nHead != null) {
            int maxHeads = nEmbd == null ? defaults.nEmbd() : nEmbd;
            InvalidInputException.requireRange("nHead", nHead, ModelOption.N_HEAD.min(), maxHeads);
        }
        limits.check(ModelOption.N_LAYER, nLayer);
        limits.check(ModelOption.BLOCK_SIZE, blockSize);
        limits.check(ModelOption.NUM_STEPS, numSteps);
        limits.check(ModelOption.BATCH_SIZE, batchSize);
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

    /// Returns the documents to load; null for none.
    public @Nullable Corpus corpus(Datasets datasets, Limits limits) {
        return text == null && dataset == null ? null : requiredCorpus(datasets, limits);
    }

    /// Returns the documents to load.
    ///
    /// @throws InvalidInputException if there is nothing to load
    public Corpus requiredCorpus(Datasets datasets, Limits limits) {
        return new LoadRequest(text, dataset).corpus(datasets, limits);
    }

    /// Returns a copy with a different text or dataset; null keeps the present one.
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
