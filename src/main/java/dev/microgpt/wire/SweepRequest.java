package dev.microgpt.wire;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A sweep to start: the options that all trials share, those that vary, and how long each trial trains.
public record SweepRequest(
        @Schema(
                        description =
                                "Name of the sweep, 1 to 58 characters of a-z, 0-9 and -; its sessions are"
                                        + " named after it",
                        example = "lr")
                @Nullable String name,
        @Schema(
                        description = "Documents to train on, one per line; excludes dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Bundled dataset to train on; excludes text")
                @Nullable String dataset,
        @Schema(
                        description =
                                "Options that all trials share, as for a session; without text and dataset."
                                        + " Varied options replace them")
                @Nullable InitRequest options,
        @Schema(
                        description =
                                "Values of the varied options by name; each combination is a trial, and the last"
                                        + " option changes first. Excludes random",
                        example = "{\"learningRate\": [0.003, 0.01], \"seed\": [1, 2, 3]}")
                @Nullable Map<String, @Nullable List<@Nullable Object>> grid,
        @Schema(description = "Draws the varied options at random; excludes grid")
                @Nullable RandomSearch random,
        @Schema(description = "Steps that each trial trains", minimum = "1", example = "1000")
                @Nullable Long steps,
        @Schema(description = "Condition that ends a trial early")
                RunRequest.@Nullable StopWhen stopWhen,
        @Schema(
                        description = "Trials at a time; by default twice the number of processors",
                        minimum = "1")
                @Nullable Integer parallel) {

    /// Trials with options drawn at random.
    public record RandomSearch(
            @Schema(description = "Number of trials", minimum = "1", example = "20")
                    @Nullable Integer count,
            @Schema(description = "Seed of the draws", defaultValue = "0") @Nullable Long seed,
            @Schema(
                            description = "From what each varied option is drawn, by name",
                            example =
                                    "{\"learningRate\": {\"min\": 0.0001, \"max\": 0.1, \"scale\": \"log\"},"
                                            + " \"nEmbd\": {\"values\": [16, 32]}}")
                    @Nullable Map<String, @Nullable Range> options) {}

    /// From what an option is drawn: a range of numbers, or values.
    @Schema(name = "SweepRange")
    public record Range(
            @Schema(description = "Smallest number", example = "0.0001") @Nullable Double min,
            @Schema(description = "Largest number", example = "0.1") @Nullable Double max,
            @Schema(
                            description =
                                    "linear: all numbers of the range are equally likely; log: all their"
                                            + " logarithms are",
                            allowableValues = {"linear", "log"},
                            defaultValue = "linear")
                    @Nullable String scale,
            @Schema(description = "Equally likely values, instead of a range", example = "[16, 32]")
                    @Nullable List<@Nullable Object> values) {}
}
