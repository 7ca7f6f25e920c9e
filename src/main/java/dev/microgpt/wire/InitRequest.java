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
        @Schema(description = "Highest learning rate; finite and above 0")
                @Nullable Double learningRate,
        @Schema(
                        description =
                                "Number of steps after which the learning rate has fallen to its minimum")
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
                        description =
                                "Well-known architecture, which sets the options from norm to kvHeads that are not given:"
                                        + " microgpt, gpt2 or llama",
                        allowableValues = {"microgpt", "gpt2", "llama"})
                @Nullable String preset,
        @Schema(description = "How rows of the residual stream are normalised")
                @Nullable String norm,
        @Schema(description = "Whether normalisations have a learned gain")
                @Nullable Boolean normGain,
        @Schema(description = "Whether normalisations have a learned bias")
                @Nullable Boolean normBias,
        @Schema(description = "Whether the embedding is normalised")
                @Nullable Boolean embeddingNorm,
        @Schema(description = "Whether the residual stream is normalised before lm_head")
                @Nullable Boolean finalNorm,
        @Schema(
                        description =
                                "Whether queries and keys are divided by their root mean square, head by head")
                @Nullable Boolean qkNorm,
        @Schema(description = "Nonlinearity of the MLP") @Nullable String activation,
        @Schema(description = "Width of the hidden layer of the MLP divided by nEmbd")
                @Nullable Double mlpRatio,
        @Schema(description = "How the model knows the position of a token")
                @Nullable String position,
        @Schema(description = "Whether lm_head is wte") @Nullable Boolean tied,
        @Schema(description = "Whether the linear layers of attention and MLP have biases")
                @Nullable Boolean biases,
        @Schema(
                        description =
                                "Heads with keys and values of their own, which the others share; divides nHead; 0 for"
                                        + " nHead")
                @Nullable Integer kvHeads,
        @Schema(description = "Rule of the updates") @Nullable String optimizer,
        @Schema(description = "Decay of Adam's first moments") @Nullable Double beta1,
        @Schema(description = "Decay of Adam's second moments") @Nullable Double beta2,
        @Schema(description = "Added to the root of Adam's second moment") @Nullable Double epsilon,
        @Schema(
                        description =
                                "Share of a weight that a step removes at learning rate 1, with adamw and muon;"
                                        + " embeddings keep all")
                @Nullable Double weightDecay,
        @Schema(description = "Share of the running gradient that a step keeps, with sgd and muon")
                @Nullable Double momentum,
        @Schema(description = "How the learning rate changes after the warm-up")
                @Nullable String schedule,
        @Schema(description = "Steps in which the learning rate rises from near 0")
                @Nullable Long warmupSteps,
        @Schema(description = "Learning rate at the end of the schedule; at most learningRate")
                @Nullable Double minLearningRate,
        @Schema(
                        description =
                                "Largest norm of the gradient, to which a longer one is shortened; 0 for none")
                @Nullable Double gradientClip,
        @Schema(
                        description =
                                "Probability with which numbers of the embedding and of the blocks' outputs are"
                                        + " dropped in training")
                @Nullable Double dropout,
        @Schema(
                        description =
                                "Share of the target probability that is spread over all tokens in training")
                @Nullable Double labelSmoothing,
        @Schema(
                        description =
                                "Documents to hold out from training, the last in its order: a share up to 0.5, or a"
                                        + " number from 1 on")
                @Nullable Double validation,
        @Schema(
                        description =
                                "Steps between two measurements of the validation loss; 0 for 0, 1, 2, 3, 4, 6, 8, 12 and"
                                        + " so on")
                @Nullable Long validateEvery,
        @Schema(
                        description =
                                "What a token is: a character, or bytes that are merged where they are often side by"
                                        + " side")
                @Nullable String tokenizer,
        @Schema(
                        description =
                                "Number of tokens wanted with bpe, the end of a document included; a text that"
                                        + " repeats little has fewer")
                @Nullable Integer vocabSize,
        @Schema(
                        description = "Documents to load, one per line; excludes dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Bundled dataset to load; excludes text") @Nullable String dataset) {

    /// Returns the options with defaults filled in.
    ///
    /// @throws InvalidInputException if an option is out of range
    public ModelOptions options(Limits limits) {
        limits.check(ModelOption.N_EMBD, nEmbd);
        if (nHead != null) {
            int maxHeads = nEmbd == null ? ModelOption.N_EMBD.defaultInt() : nEmbd;
            InvalidInputException.requireRange("nHead", nHead, ModelOption.N_HEAD.min(), maxHeads);
        }
        return GivenOptions.of(this, limits)
                .applyTo(ModelOptions.builder().preset(GivenOptions.preset(preset)).build());
    }

    /// Returns the documents to load; null for none.
    public @Nullable Corpus corpus(Datasets datasets, Limits limits) {
        return text == null && dataset == null
                ? null
                : new LoadRequest(text, dataset).corpus(datasets, limits);
    }
}
