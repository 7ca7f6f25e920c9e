package dev.microgpt.wire;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.PastStep;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The options of generating texts.
public record GenerateRequest(
        @Schema(
                        description = "Divisor of the logits; 0 always picks the most likely token",
                        defaultValue = "0.5",
                        minimum = "0",
                        maximum = "1000",
                        example = "0.5")
                @Nullable Double temperature,
        @Schema(description = "Number of texts", defaultValue = "1", minimum = "1", example = "5")
                @Nullable Integer count,
        @Schema(description = "Beginning of each text", defaultValue = "", example = "ma")
                @Nullable String prompt,
        @Schema(description = "Draw only from the k most likely tokens", minimum = "1")
                @Nullable Integer topK,
        @Schema(
                        description =
                                "Draw only from the most likely tokens whose probabilities add up to"
                                        + " p",
                        minimum = "0",
                        exclusiveMinimum = true,
                        maximum = "1")
                @Nullable Double topP,
        @Schema(
                        description =
                                "Seed of a generator for this call alone. If absent, the session's generator"
                                        + " is used or, with a step, a new one with the session's seed")
                @Nullable Long seed,
        @Schema(description = "Whether samples include vizData", defaultValue = "false")
                @Nullable Boolean viz,
        @Schema(description = "Whether samples say if they are known", defaultValue = "false")
                @Nullable Boolean known,
        @Schema(description = AS_OF) @Nullable PastStep step) {

    public static final String AS_OF =
            "Uses the newest keyframe at or before this step, or the one with the lowest validation loss;"
                    + " its step is in the response header Microgpt-Step";

    public static final GenerateRequest DEFAULTS =
            new GenerateRequest(null, null, null, null, null, null, null, null, null);

    /// Returns whether samples say if they are among the documents.
    public boolean wantsKnown() {
        return known != null && known;
    }

    /// Returns the call with defaults filled in.
    ///
    /// @throws InvalidInputException if a value is out of range
    public GenerateCall toCall(Limits limits) {
        int numSamples = count == null ? 1 : count;
        InvalidInputException.requireRange("count", numSamples, 1, limits.samplesPerCall());
        if (topK != null) {
            InvalidInputException.requireRange("topK", topK, 1, Integer.MAX_VALUE);
        }
        GenerateOptions defaults = GenerateOptions.defaults();
        GenerateOptions options =
                new GenerateOptions(
                        temperature == null ? defaults.temperature() : temperature,
                        prompt == null ? defaults.prompt() : prompt,
                        topK == null ? defaults.topK() : topK,
                        topP == null ? defaults.topP() : topP,
                        viz != null && viz);
        return new GenerateCall(options, numSamples, seed, step);
    }
}
