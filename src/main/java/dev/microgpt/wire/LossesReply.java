package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossBucket;
import dev.microgpt.engine.LossHistory;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The losses of a range of steps: either all of them, or in buckets.
public record LossesReply(
        @Schema(description = "first step", example = "1") long from,
        @Schema(description = "last step, included", example = "1000") long to,
        @Schema(description = "one loss a step; without maxPoints") double @Nullable [] losses,
        @Schema(description = "with maxPoints") @Nullable List<LossBucket> buckets) {

    /// @param from null for the oldest loss that is kept exactly, or the oldest known for buckets
    /// @param to null for the newest
    /// @param maxPoints null for raw losses
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
        if (from == null && first > last) {
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
                    ("a reply has at most %d raw losses, but %d to %d are %d: ask for a shorter range,"
                                    + " or for buckets with maxPoints")
                            .formatted(limit, from, to, to - from + 1));
        }
    }
}
