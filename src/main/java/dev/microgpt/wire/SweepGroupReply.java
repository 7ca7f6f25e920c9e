package dev.microgpt.wire;

import dev.microgpt.sweep.SweepView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// The completed trials of a sweep that differ in their seeds only.
@Schema(name = "SweepGroup")
public record SweepGroupReply(
        @Schema(
                        description = "Values of the varied options other than seed",
                        example = "{\"learningRate\": 0.003}")
                Map<String, Object> options,
        @Schema(description = "Mean of their validation losses, in nats") double mean,
        @Schema(
                        description =
                                "Standard error of the mean: the standard deviation divided by the root of the count;"
                                        + " absent for a single trial")
                @Nullable Double standardError,
        @Schema(description = "Lowest validation loss") double min,
        @Schema(description = "Highest validation loss") double max,
        @Schema(description = "Number of trials") int count) {

    static SweepGroupReply of(SweepView.Group group) {
        return new SweepGroupReply(
                group.options(),
                group.mean(),
                group.standardError(),
                group.min(),
                group.max(),
                group.count());
    }
}
