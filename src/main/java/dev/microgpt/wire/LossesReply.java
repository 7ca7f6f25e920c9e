package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossBucket;
import dev.microgpt.engine.LossHistory;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The losses of a range of steps, either one per step or summarised in buckets.
public record LossesReply(
        @Schema(description = "First step", example = "1") long from,
        @Schema(description = "Last step, inclusive", example = "1000") long to,
        @Schema(description = "One loss per step; only without maxPoints")
                double @Nullable [] losses,
        @Schema(description = "Only with maxPoints") @Nullable List<LossBucket> buckets) {

    /// Returns the losses of the steps `from` to `to`.
    ///
    /// @param from null for the oldest step whose loss is kept exactly or, for buckets, the oldest known
    /// @param to null for the newest step
    /// @param maxPoints maximum number of buckets; null for raw losses
    /// @param limit maximum number of losses or buckets in a reply
    public static LossesReply of(
            LossHistory history,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Integer maxPoints,
            int limit) {
        long last = to == null ? history.size() : to;
        if (maxPoints == null) {
            long first = from == null ? history.oldestExact() : from;
            requireAtMost(limit, first, last);
            return new LossesReply(first, last, history.exact(first, last), null);
        }
        InvalidInputException.requireRange("maxPoints", maxPoints, 1, limit);
        long first = from == null ? history.firstKnown() : from;
        if (from == null && to == null && first > last) {
            return new LossesReply(first, last, null, List.of());
        }
        return new LossesReply(first, last, null, history.buckets(first, last, maxPoints));
    }

    private static void requireAtMost(int limit, long from, long to) {
        if (to - from >= limit) {
            throw InvalidInputException.outOfRange(
                    "to",
                    to,
                    from - 1,
                    from + limit - 1,
                    ("at most %d raw losses fit in a response, but steps %d to %d are %d: request a shorter"
                                    + " range, or buckets with maxPoints")
                            .formatted(limit, from, to, to - from + 1));
        }
    }
}
