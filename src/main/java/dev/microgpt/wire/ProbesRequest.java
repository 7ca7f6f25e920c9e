package dev.microgpt.wire;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.Probe;
import dev.microgpt.session.query.ProbeCall;
import dev.microgpt.session.query.TextPattern;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The probes to evaluate at the keyframes.
public record ProbesRequest(
        @Schema(
                        description = "What to measure, 1 to 16",
                        example = "[{\"kind\": \"match\", \"pattern\": \"[aeiou]$\"}]")
                @Nullable List<@Nullable Item> probes,
        @Schema(
                        description = "Number of texts to generate at each keyframe",
                        defaultValue = "100",
                        minimum = "1")
                @Nullable Integer samples,
        @Schema(
                        description =
                                "Divisor of the logits; 0 always picks the most likely character",
                        defaultValue = "0.5",
                        minimum = "0",
                        maximum = "1000")
                @Nullable Double temperature,
        @Schema(description = "Seed of the generator at each keyframe; by default the session's")
                @Nullable Long seed,
        @Schema(
                        description =
                                "Maximum number of keyframes, spread evenly over those there are",
                        defaultValue = "40",
                        minimum = "1",
                        maximum = "1000")
                @Nullable Integer keyframes,
        @Schema(description = "First step", minimum = "0") @Nullable Long from,
        @Schema(description = "Last step, by default the present one", minimum = "0")
                @Nullable Long to) {

    private static final int MAX_PROBES = 16;
    private static final int DEFAULT_SAMPLES = 100;
    private static final int DEFAULT_KEYFRAMES = 40;
    static final int MAX_KEYFRAMES = 1000;

    /// The kinds of probes.
    public enum Kind {
        MATCH,
        LENGTH,
        KNOWN,
        SURPRISAL
    }

    /// One probe.
    @Schema(name = "Probe")
    public record Item(
            @Schema(
                            description =
                                    "match: share of texts with a match of the pattern; length: mean length in"
                                            + " characters; known: share of texts that are among the documents;"
                                            + " surprisal: mean surprisal of the characters of the text and of"
                                            + " its end, in nats",
                            allowableValues = {"match", "length", "known", "surprisal"},
                            example = "match")
                    @Nullable String kind,
            @Schema(
                            description =
                                    "Of match: a regular expression in the syntax of RE2, which may match anywhere",
                            maxLength = TextPattern.MAX_LENGTH,
                            example = "[aeiou]$")
                    @Nullable String pattern,
            @Schema(description = "Of surprisal: the text") @Nullable String text) {

        private Probe toProbe(String field) {
            String required = required(kind, field + ".kind");
            Kind parsed = EnumNames.parse(field + ".kind", required, Kind.MATCH);
            if (parsed != Kind.MATCH) {
                requireAbsent(pattern, field + ".pattern", Kind.MATCH);
            }
            if (parsed != Kind.SURPRISAL) {
                requireAbsent(text, field + ".text", Kind.SURPRISAL);
            }
            return switch (parsed) {
                case MATCH ->
                        new Probe.Match(
                                TextPattern.of(
                                        required(pattern, field + ".pattern"), field + ".pattern"));
                case LENGTH -> new Probe.Length();
                case KNOWN -> new Probe.Known();
                case SURPRISAL ->
                        new Probe.Surprisal(required(text, field + ".text"), field + ".text");
            };
        }

        private static String required(@Nullable String value, String field) {
            if (value == null) {
                throw new SessionException(
                        ErrorCode.WRONG_TYPE,
                        field + " must be a string, but is absent",
                        field,
                        null);
            }
            return value;
        }

        private static void requireAbsent(@Nullable String value, String field, Kind kind) {
            if (value != null) {
                throw InvalidInputException.outOfRange(
                        field,
                        value,
                        null,
                        null,
                        "%s is only for the kind %s, but is '%s'"
                                .formatted(field, EnumNames.lowerCase(kind), value));
            }
        }
    }

    /// Returns the call with defaults filled in.
    ///
    /// @throws InvalidInputException if a value is out of range or a pattern is not valid
    /// @throws SessionException if a probe lacks a field
    public ProbeCall toCall(Limits limits) {
        int size = probes == null ? 0 : probes.size();
        InvalidInputException.requireRange("probes", size, 1, MAX_PROBES);
        List<Probe> parsed = new ArrayList<>();
        for (Item item : Objects.requireNonNull(probes)) {
            String field = "probes[" + parsed.size() + "]";
            if (item == null) {
                throw new SessionException(
                        ErrorCode.WRONG_TYPE,
                        field + " must be an object, but is null",
                        field,
                        null);
            }
            parsed.add(item.toProbe(field));
        }
        int numKeyframes = keyframes == null ? DEFAULT_KEYFRAMES : keyframes;
        InvalidInputException.requireRange("keyframes", numKeyframes, 1, MAX_KEYFRAMES);
        int numSamples = samples == null ? DEFAULT_SAMPLES : samples;
        if (parsed.stream().anyMatch(Probe::needsTexts)) {
            requireSamples(numSamples, numKeyframes, limits.probeSamples());
        }
        GenerateOptions defaults = GenerateOptions.defaults();
        GenerateOptions options =
                new GenerateOptions(
                        temperature == null ? defaults.temperature() : temperature,
                        defaults.prompt(),
                        defaults.topK(),
                        defaults.topP(),
                        false);
        return new ProbeCall(parsed, numSamples, options, seed, numKeyframes, from, to);
    }

    private static void requireSamples(int samples, int keyframes, int max) {
        int most = max / keyframes;
        if (samples < 1 || samples > most) {
            throw InvalidInputException.outOfRange(
                    "samples",
                    samples,
                    1,
                    most,
                    ("samples must be from 1 to %d for %d keyframes, as one call generates at most %d texts,"
                                    + " but is %d")
                            .formatted(most, keyframes, max, samples));
        }
    }
}
