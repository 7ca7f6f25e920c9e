package dev.microgpt.wire;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.GenerateCall;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// How to generate.
public record GenerateRequest(
        @Schema(
                        description = "divides the logits; 0 takes the most likely character",
                        defaultValue = "0.5",
                        minimum = "0",
                        maximum = "1000",
                        example = "0.5")
                @Nullable Double temperature,
        @Schema(description = "texts to generate", defaultValue = "1", minimum = "1", example = "5")
                @Nullable Integer count,
        @Schema(description = "how the texts begin", defaultValue = "", example = "ma")
                @Nullable String prompt,
        @Schema(description = "draw from the k likeliest characters only", minimum = "1")
                @Nullable Integer topK,
        @Schema(
                        description =
                                "draw from the likeliest characters only whose probabilities together"
                                        + " reach p",
                        minimum = "0",
                        exclusiveMinimum = true,
                        maximum = "1")
                @Nullable Double topP,
        @Schema(
                        description =
                                "of a generator for this call alone; without it the session's is drawn"
                                        + " from or, with a step, one with the session's seed")
                @Nullable Long seed,
        @Schema(description = "whether samples carry vizData", defaultValue = "false")
                @Nullable Boolean viz,
        @Schema(description = AS_OF, minimum = "0") @Nullable Long step) {

    public static final String AS_OF =
            "as of which step; the newest keyframe up to it answers, and the header Microgpt-Step says"
                    + " which that is";

    public static final GenerateRequest DEFAULTS =
            new GenerateRequest(null, null, null, null, null, null, null, null);

    /// @throws InvalidInputException if a value is out of its range
    public GenerateCall toCall(Limits limits) {
        int samples = count == null ? 1 : count;
        InvalidInputException.requireRange("count", samples, 1, limits.samplesPerCall());
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
        return new GenerateCall(options, samples, seed, step);
    }
}
