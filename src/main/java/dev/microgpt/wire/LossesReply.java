package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossBucket;
import dev.microgpt.engine.LossHistory;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The losses of a range of steps, either one per step or summarised in buckets.
public record LossesReply(
        @Schema(description = "First step", example = "1") long from,
        @Schema(description = "Last step, inclusive", example = "1000") long to,
        @Schema(description = "One loss per step; only without maxPoints")
                double @Nullable [] losses,
        @Schema(description = "Only with maxPoints") @Nullable List<LossBucket> buckets)
        implements CsvTable {

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

    /// Returns the losses of consecutive steps.
    public static LossesReply of(LossHistory.Segment losses) {
        long last = losses.from() + losses.losses().length - 1;
        return new LossesReply(losses.from(), last, losses.losses(), null);
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

    @Override
    public List<String> csvColumns() {
        return losses != null
                ? List.of("step", "loss")
                : List.of("from", "to", "min", "mean", "max", "first", "last");
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        double[] raw = losses;
        if (raw != null) {
            return IntStream.range(0, raw.length).mapToObj(i -> List.of(from + i, raw[i]));
        }
        return buckets == null ? Stream.of() : buckets.stream().map(LossesReply::row);
    }

    private static List<@Nullable Object> row(LossBucket bucket) {
        return List.of(
                bucket.from(),
                bucket.to(),
                bucket.min(),
                bucket.mean(),
                bucket.max(),
                bucket.first(),
                bucket.last());
    }
}
