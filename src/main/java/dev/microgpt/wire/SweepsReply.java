package dev.microgpt.wire;

import dev.microgpt.sweep.SweepState;
import dev.microgpt.sweep.SweepStore;

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

    public static SweepsReply of(List<SweepStore.Summary> summaries) {
        return new SweepsReply(
                summaries.stream()
                        .map(
                                summary ->
                                        new Item(
                                                summary.sweep().name(),
                                                summary.sweep().state(),
                                                summary.sweep().createdAt(),
                                                summary.sweep().plan().varied(),
                                                summary.sweep().plan().run().steps(),
                                                SweepCounts.of(
                                                        state ->
                                                                summary.counts()
                                                                        .getOrDefault(state, 0))))
                        .toList());
    }
}
