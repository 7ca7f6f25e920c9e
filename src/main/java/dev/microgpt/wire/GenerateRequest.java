package dev.microgpt.wire;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.TextDetails;
import dev.microgpt.session.query.TextFilter;
import dev.microgpt.session.query.TextPattern;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
        @Schema(description = "Whether samples have their scores", defaultValue = "false")
                @Nullable Boolean score,
        @Schema(
                        description =
                                "Whether samples have the documents that differ least from them",
                        defaultValue = "false")
                @Nullable Boolean nearest,
        @Schema(description = "Whether no text may come twice", defaultValue = "false")
                @Nullable Boolean unique,
        @Schema(description = "Whether no text may be one of the documents", defaultValue = "false")
                @Nullable Boolean novel,
        @Schema(description = "Smallest length of a text, in characters", minimum = "0")
                @Nullable Integer minLength,
        @Schema(description = "Largest length of a text, in characters", minimum = "0")
                @Nullable Integer maxLength,
        @Schema(
                        description =
                                "Regular expression in the syntax of RE2 that must match somewhere in a text",
                        example = "^[a-m]")
                @Nullable String pattern,
        @Schema(description = "Texts that are not wanted") @Nullable List<@Nullable String> exclude,
        @Schema(
                        description =
                                "Largest number of texts to draw; if absent, 100 for each wanted text and at least"
                                        + " 1000. At most 1000000, or 100 for each wanted text if that is more",
                        minimum = "1")
                @Nullable Integer tries,
        @Schema(description = AS_OF) @Nullable PastStep step) {

    /// Largest number of tries, unless more are proportional to the number of texts.
    private static final int MAX_TRIES = 1_000_000;

    private static final int MIN_DEFAULT_TRIES = 1_000;
    private static final int TRIES_PER_TEXT = 100;

    public static final String AS_OF =
            "Uses the newest keyframe at or before this step, or the one with the lowest validation loss;"
                    + " its step is in the response header Microgpt-Step";

    public static final GenerateRequest DEFAULTS =
            wantingAll(null, null, null, null, null, null, null, null);

    /// Returns a request that wants every text, and does not ask which ones are known.
    public static GenerateRequest wantingAll(
            @Nullable Double temperature,
            @Nullable Integer count,
            @Nullable String prompt,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Long seed,
            @Nullable Boolean viz,
            @Nullable PastStep step) {
        return new GenerateRequest(
                temperature,
                count,
                prompt,
                topK,
                topP,
                seed,
                viz,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                step);
    }

    /// Returns whether samples say if they are among the documents.
    public boolean wantsKnown() {
        return isTrue(known);
    }

    /// Returns the call with defaults filled in.
    ///
    /// @throws InvalidInputException if a value is out of range
    public GenerateCall toCall(Limits limits) {
        TextDetails details = new TextDetails(wantsKnown(), isTrue(score), isTrue(nearest));
        return toCall(limits, limits.samplesPerCall(), details);
    }

    /// Returns the call of a response that has a line for each text.
    ///
    /// @param hasDetails whether lines say if texts are known, and how likely the model finds them
    /// @throws InvalidInputException if a value is out of range
    public GenerateCall toLinesCall(Limits limits, boolean hasDetails) {
        if (isTrue(viz)) {
            throw forJson("viz", "a line has no room for vizData");
        }
        TextDetails details = new TextDetails(hasDetails, hasDetails, isTrue(nearest));
        return toCall(limits, limits.textsPerStream(), details);
    }

    private GenerateCall toCall(Limits limits, int maxCount, TextDetails details) {
        int numSamples = count == null ? 1 : count;
        InvalidInputException.requireRange("count", numSamples, 1, maxCount);
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
                        isTrue(viz));
        TextFilter filter = filter(numSamples, limits);
        return new GenerateCall(options, numSamples, seed, step, filter, details);
    }

    private static boolean isTrue(@Nullable Boolean flag) {
        return flag != null && flag;
    }

    /// Returns the given fields that say which texts the request wants.
    private List<String> filterFields() {
        Map<String, Optional<?>> fields = new LinkedHashMap<>();
        fields.put("unique", Optional.ofNullable(unique));
        fields.put("novel", Optional.ofNullable(novel));
        fields.put("minLength", Optional.ofNullable(minLength));
        fields.put("maxLength", Optional.ofNullable(maxLength));
        fields.put("pattern", Optional.ofNullable(pattern));
        fields.put("exclude", Optional.ofNullable(exclude));
        fields.put("tries", Optional.ofNullable(tries));
        return fields.entrySet().stream()
                .filter(field -> field.getValue().isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Checks that the request is fit for a stream that sends each text while it is generated: it filters no texts,
    /// and asks for no details that only a whole text has.
    ///
    /// @throws InvalidInputException if it is not
    public void requireStreamable() {
        List<String> fields = new ArrayList<>(filterFields());
        if (isTrue(score)) {
            fields.add("score");
        }
        if (isTrue(nearest)) {
            fields.add("nearest");
        }
        if (!fields.isEmpty()) {
            throw forJson(fields.getFirst(), "events send each text while it is generated");
        }
    }

    private static InvalidInputException forJson(String field, String reason) {
        return InvalidInputException.outOfRange(
                field, null, null, null, field + " is for responses in JSON: " + reason);
    }

    private TextFilter filter(int numSamples, Limits limits) {
        if (filterFields().isEmpty()) {
            return TextFilter.NONE;
        }
        int shortest = minLength == null ? 0 : minLength;
        int longest = maxLength == null ? Integer.MAX_VALUE : maxLength;
        InvalidInputException.requireRange("minLength", shortest, 0, Integer.MAX_VALUE);
        InvalidInputException.requireRange("maxLength", longest, shortest, Integer.MAX_VALUE);
        long proportional = (long) numSamples * TRIES_PER_TEXT;
        long maxTries = Math.max(MAX_TRIES, proportional);
        long numTries = tries != null ? tries : Math.max(MIN_DEFAULT_TRIES, proportional);
        InvalidInputException.requireRange("tries", numTries, 1, maxTries);
        List<String> unwanted =
                exclude == null || exclude.isEmpty()
                        ? List.of()
                        : ScoreRequest.checked("exclude", exclude, limits.textsPerCall());
        return new TextFilter(
                isTrue(unique),
                isTrue(novel),
                shortest,
                longest,
                pattern == null ? null : TextPattern.of(pattern, "pattern"),
                Set.copyOf(unwanted),
                numTries);
    }
}
