package dev.microgpt.wire;

import dev.microgpt.sweep.SweepState;

import io.swagger.v3.oas.annotations.media.Schema;

import java.time.Instant;
import java.util.List;

/// The sweeps of the caller, sorted by name.
public record SweepsReply(List<Item> sweeps) {

    /// A sweep without its trials.
    @Schema(name = "SweepSummary")
    public record Item(
            String name,
            SweepState state,
            Instant createdAt,
            @Schema(description = "Names of the varied options") List<String> varied,
            @Schema(description = "Steps that each trial trains") long steps,
            SweepCounts counts) {}
}
