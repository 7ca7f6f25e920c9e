package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;

/// The losses of all training steps in bounded memory: the newest million exactly (or fewer, see
/// [#keepExact]), older ones in summaries that keep minimum, mean and maximum, so that no spike is lost.
///
/// The summaries form a pyramid. A bucket of the lowest level covers 256 steps, a bucket of each higher
/// level 16 buckets of the level below; each level keeps its newest 16,384 buckets. So each level reaches
/// 16 times as far back as the one below, and a dozen levels span any number of steps.
///
/// Steps are counted from 1. Thread-safe.
public final class LossHistory {

    /// The number of newest losses that are kept exactly.
    public static final int EXACT = 1 << 20;

    private static final int LOWEST_WIDTH_BITS = 8;
    private static final int LOWEST_WIDTH = 1 << LOWEST_WIDTH_BITS;
    private static final int FACTOR_BITS = 4;
    private static final int BUCKETS_PER_LEVEL = 1 << 14;

    /// EXACT and one lowest bucket more, so that the bucket that contains [#oldestExact()] is still known
    /// step by step, wherever a range ends in it.
    private static final int EXACT_RING = EXACT + LOWEST_WIDTH;

    private LossRing exact = new LossRing(EXACT_RING);
    private final List<Level> levels = new ArrayList<>(); // lowest first
    private long size;

    /// The number of steps before the first appended one; their losses are unknown.
    private long start;

    /// The first step that may be known exactly; above 1 in a history that was cut from a longer one, or whose
    /// oldest exact losses were dropped.
    private long firstExact = 1;

    public LossHistory() {
        levels.add(new Level(LOWEST_WIDTH_BITS));
    }

    /// Returns an empty history that begins after a step. The losses up to that step are unknown.
    ///
    /// @param step at least 0; 0 for a history from the first step on
    public static LossHistory startingAfter(long step) {
        InvalidInputException.requireRange("step", step, 0, Long.MAX_VALUE);
        LossHistory history = new LossHistory();
        history.start = step;
        history.size = step;
        history.firstExact = step + 1;
        history.levels.clear();
        Level level;
        int widthBits = LOWEST_WIDTH_BITS;
        do {
            level = Level.startingAfter(step, widthBits);
            history.levels.add(level);
            widthBits += FACTOR_BITS;
        } while (level.complete > 0);
        return history;
    }

    /// Restores a history.
    ///
    /// @param summaries as returned by [#summaries()]
    /// @param exact as returned by [#exactForRestore], from the oldest step on
    public static LossHistory restore(double[] summaries, Segment exact) {
        DoubleBuffer in = DoubleBuffer.wrap(summaries);
        LossHistory history = new LossHistory();
        history.size = (long) in.get();
        history.start = (long) in.get();
        history.firstExact = (long) in.get();
        for (int i = 0; i < exact.losses.length; i++) {
            history.exact.set(exact.from + i, exact.losses[i]);
        }
        history.exact.retain(history.oldestForRestore(), history.size);
        history.levels.clear();
        while (in.hasRemaining()) {
            history.levels.add(Level.restore(in));
        }
        return history;
    }

    /// Returns everything that the history holds besides the exact losses, in an opaque format for
    /// [#restore].
    public synchronized double[] summaries() {
        DoubleStream.Builder out = DoubleStream.builder();
        addAll(out, size, start, firstExact);
        levels.forEach(level -> level.write(out));
        return out.build().toArray();
    }

    /// Adds counts as doubles. They are exact, as no model trains 2^53 steps.
    private static void addAll(DoubleStream.Builder out, long... counts) {
        for (long count : counts) {
            out.add((double) count);
        }
    }

    /// Returns the exact losses that [#restore] needs, from a step on. They reach back up to one bucket
    /// further than those of [#exact].
    ///
    /// @param from the first step wanted; 1 for all
    public synchronized Segment exactForRestore(long from) {
        long first = Math.max(from, oldestForRestore());
        double[] losses = new double[Math.toIntExact(Math.max(0, size - first + 1))];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = exact.get(first + i);
        }
        return new Segment(first, losses);
    }

    /// Returns the oldest step whose exact loss is needed: the start of the lowest bucket that contains the first
    /// exact one. Nothing before it is in the ring of a history that was cut at a step known only in summaries.
    private long oldestForRestore() {
        long bucketStart = ((firstExact - 1) >> LOWEST_WIDTH_BITS << LOWEST_WIDTH_BITS) + 1;
        return Math.max(Math.max(bucketStart, start + 1), size - EXACT_RING + 1);
    }

    /// Returns an independent copy.
    public LossHistory copy() {
        return Objects.requireNonNull(upTo(size()), "a history can be cut at its end");
    }

    /// Returns an independent copy of the history up to a step: the history as it was after that step.
    ///
    /// @param step 0 to `size()`
    /// @return null if the step is known only as part of a summary that also covers later steps
    /// @throws InvalidInputException if the step is out of range
    public synchronized @Nullable LossHistory upTo(long step) {
        InvalidInputException.requireRange("step", step, 0, size);
        if (step <= start) {
            return startingAfter(step);
        }
        if (step < size && unitStart(step + 1) != step + 1) {
            return null;
        }
        LossHistory cut = new LossHistory();
        cut.exact = exact.copy();
        cut.firstExact = Math.min(oldestExact(), step + 1);
        cut.size = step;
        cut.start = start;
        cut.levels.clear();
        long open = step; // last step that the level below has summarised
        for (Level level : levels) {
            Level cutLevel = level.upTo(step);
            long complete = cutLevel.complete << level.widthBits;
            if (complete < open) {
                cutLevel.open =
                        complete < start
                                ? Summary.ofUnknown(open - complete)
                                : summarise(complete + 1, open);
            }
            cut.levels.add(cutLevel);
            open = complete;
            if (complete == 0) {
                break; // higher levels are empty
            }
        }
        cut.exact.retain(cut.oldestForRestore(), step);
        return cut;
    }

    /// Appends the loss of the next step, in nats.
    public synchronized void append(double loss) {
        size++;
        exact.set(size, loss);
        levels.getFirst().open.add(loss);
        closeFullBuckets();
    }

    /// Closes full buckets and adds them to the level above, like the carry of a counter.
    private void closeFullBuckets() {
        for (int i = 0; levels.get(i).isFull(); i++) {
            if (i + 1 == levels.size()) {
                levels.add(Level.startingAfter(start, levels.get(i).widthBits + FACTOR_BITS));
            }
            levels.get(i + 1).open.add(levels.get(i).open);
            levels.get(i).closeBucket();
        }
    }

    /// Drops the exact losses of all but the newest steps, in order to save memory. What is dropped is known in
    /// summaries from then on.
    ///
    /// @param count the number of newest losses to keep exactly, at least 256
    /// @throws InvalidInputException if the count is too small
    public synchronized void keepExact(int count) {
        InvalidInputException.requireRange("count", count, LOWEST_WIDTH, Integer.MAX_VALUE);
        firstExact = Math.max(firstExact, size - count + 1);
        exact.retain(oldestForRestore(), size);
    }

    /// Returns the memory that the losses take, in bytes.
    public synchronized long bytes() {
        return exact.bytes() + levels.stream().mapToLong(Level::bytes).sum();
    }

    /// Returns the number of steps.
    public synchronized long size() {
        return size;
    }

    /// Returns the oldest step whose loss is known exactly; 1 during the first million steps unless exact losses
    /// were dropped, `size() + 1` if no loss is known exactly.
    public synchronized long oldestExact() {
        return Math.max(firstExact, size - EXACT + 1);
    }

    /// Returns the oldest step that is known exactly or in a summary: 1, unless the history starts later;
    /// `size() + 1` if no step is known.
    public synchronized long firstKnown() {
        long first = oldestExact();
        for (Level level : levels) {
            if (level.firstHeld() < level.complete) {
                first = Math.min(first, (level.firstHeld() << level.widthBits) + 1);
            }
        }
        return first;
    }

    /// Returns the losses of the steps `from` to `to`, both inclusive. They must be known exactly.
    ///
    /// @param from `oldestExact()` to `size() + 1`
    /// @param to `from - 1` (for no losses) to `size()`
    /// @throws InvalidInputException if a step is out of range
    public synchronized double[] exact(long from, long to) {
        InvalidInputException.requireRange("from", from, oldestExact(), size + 1);
        InvalidInputException.requireRange("to", to, from - 1, size);
        double[] losses = new double[Math.toIntExact(to - from + 1)];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = exact.get(from + i);
        }
        return losses;
    }

    /// The losses of consecutive steps.
    ///
    /// @param from step of the first loss
    /// @param losses in nats, oldest first
    public record Segment(long from, double[] losses) {}

    /// Returns the losses from a step on, or from [#oldestExact()] on if that is later.
    ///
    /// @param from at least 1
    /// @param limit largest number of losses to return
    public synchronized Segment from(long from, int limit) {
        long first = Math.min(Math.max(from, oldestExact()), size + 1);
        return new Segment(first, exact(first, Math.min(size, first + limit - 1)));
    }

    /// Returns the newest losses that are known exactly, oldest first.
    ///
    /// @param limit largest number of losses to return
    public synchronized double[] newest(int limit) {
        return exact(Math.max(oldestExact(), size - limit + 1), size);
    }

    /// Summarises the steps `from` to `to`, both inclusive, in at most `maxPoints` buckets of about equal
    /// length.
    ///
    /// Steps before [#oldestExact()] are available in whole summaries only, so the first bucket may begin
    /// a little before `from`, and the last may end after `to`.
    ///
    /// @param from [#firstKnown()] to [#size()]
    /// @param to `from` to [#size()]
    /// @param maxPoints at least 1
    /// @throws InvalidInputException if a parameter is out of range
    public synchronized List<LossBucket> buckets(long from, long to, int maxPoints) {
        InvalidInputException.requireRange("from", from, firstKnown(), size);
        InvalidInputException.requireRange("to", to, from, size);
        InvalidInputException.requireRange("maxPoints", maxPoints, 1, Integer.MAX_VALUE);
        long length = to - from + 1;
        int points = (int) Math.min(maxPoints, length);
        List<LossBucket> buckets = new ArrayList<>(points);
        long end = unitStart(to) + unitWidth(to) - 1;
        long start = unitStart(from);
        for (int i = 1; i <= points; i++) {
            // from + i * length / points, without overflow
            long next = from + i * (length / points) + i * (length % points) / points;
            long nextStart = i == points ? end + 1 : unitStart(next);
            if (nextStart > start) {
                buckets.add(summarise(start, nextStart - 1).toBucket(start, nextStart - 1));
                start = nextStart;
            }
        }
        return buckets;
    }

    /// Returns how finely a step is known: 1 if exactly, else the width of the narrowest summary.
    private long unitWidth(long step) {
        if (step >= oldestExact()) {
            return 1;
        }
        for (Level level : levels) {
            if (level.holds(step)) {
                return level.width();
            }
        }
        throw new AssertionError("no level holds step " + step);
    }

    private long unitStart(long step) {
        return (step - 1) / unitWidth(step) * unitWidth(step) + 1;
    }

    /// Summarises a range of steps from the widest summaries that fit, and from exact losses where none fits.
    private Summary summarise(long from, long to) {
        Summary summary = new Summary();
        long step = from;
        while (step <= to) {
            Level widest = null;
            for (Level level : levels) {
                if (level.startsAt(step)
                        && step + level.width() - 1 <= to
                        && level.remembers(step)) {
                    widest = level;
                }
            }
            if (widest == null) {
                summary.add(exact.get(step));
                step++;
            } else {
                summary.add(widest.at(step));
                step += widest.width();
            }
        }
        return summary;
    }

    /// A running summary of consecutive losses.
    private static final class Summary {

        /// Returns the summary of steps whose losses are unknown. It fills a bucket that begins before the
        /// first known step, and is never shown.
        static Summary ofUnknown(long count) {
            Summary summary = new Summary();
            summary.count = count;
            return summary;
        }

        long count;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum;
        double first;
        double last;

        void add(double loss) {
            if (count == 0) {
                first = loss;
            }
            last = loss;
            min = Math.min(min, loss);
            max = Math.max(max, loss);
            sum += loss;
            count++;
        }

        void add(Summary next) {
            if (count == 0) {
                first = next.first;
            }
            last = next.last;
            min = Math.min(min, next.min);
            max = Math.max(max, next.max);
            sum += next.sum;
            count += next.count;
        }

        void write(DoubleStream.Builder out) {
            addAll(out, count);
            out.add(min).add(max).add(sum).add(first).add(last);
        }

        static Summary restore(DoubleBuffer in) {
            Summary summary = new Summary();
            summary.count = (long) in.get();
            summary.min = in.get();
            summary.max = in.get();
            summary.sum = in.get();
            summary.first = in.get();
            summary.last = in.get();
            return summary;
        }

        LossBucket toBucket(long from, long to) {
            return new LossBucket(from, to, min, sum / count, max, first, last);
        }
    }

    /// The newest complete buckets of one width, in a ring.
    private static final class Level {

        private static final int RING = BUCKETS_PER_LEVEL + (1 << FACTOR_BITS);
        private static final int FIELDS = 5; // min, max, sum, first, last

        final int widthBits;
        Summary open = new Summary();
        private double[] ring = new double[FIELDS * (1 << 4)]; // grows to (RING, FIELDS)
        private long complete;

        /// The oldest bucket that may be held; above 0 in a history that was cut from a longer one, or that
        /// starts later.
        private long firstHeld;

        /// The oldest bucket that may be remembered, see [#remembers].
        private long firstRemembered;

        /// The bucket at the start of the ring.
        private long firstBucket;

        Level(int widthBits) {
            this.widthBits = widthBits;
        }

        /// Returns a copy with the buckets that are complete up to a step.
        Level upTo(long step) {
            Level cut = new Level(widthBits);
            cut.ring = ring.clone();
            cut.complete = step >> widthBits;
            cut.firstBucket = firstBucket;
            cut.firstHeld = firstHeld();
            cut.firstRemembered = firstRemembered();
            return cut;
        }

        /// Returns an empty level that begins after a step. The bucket that contains the step will be known
        /// only in part, and is never held.
        static Level startingAfter(long step, int widthBits) {
            Level level = new Level(widthBits);
            level.complete = step >> widthBits;
            level.firstBucket = level.complete;
            long inOpen = step & (level.width() - 1);
            boolean isLowest = widthBits == LOWEST_WIDTH_BITS;
            // the open bucket of the level below is added when it closes
            int below = isLowest ? 0 : widthBits - FACTOR_BITS;
            level.open.count = inOpen >> below << below;
            level.firstHeld = level.complete + (inOpen == 0 ? 0 : 1);
            level.firstRemembered = level.firstHeld;
            return level;
        }

        void write(DoubleStream.Builder out) {
            addAll(out, widthBits, complete, firstHeld, firstRemembered, firstBucket);
            open.write(out);
            long held = Math.min(complete - firstBucket, RING);
            addAll(out, held);
            for (long bucket = complete - held; bucket < complete; bucket++) {
                for (int field = 0; field < FIELDS; field++) {
                    out.add(ring[offset(bucket) + field]);
                }
            }
        }

        static Level restore(DoubleBuffer in) {
            Level level = new Level((int) in.get());
            level.complete = (long) in.get();
            level.firstHeld = (long) in.get();
            level.firstRemembered = (long) in.get();
            level.firstBucket = (long) in.get();
            level.open = Summary.restore(in);
            int held = (int) in.get();
            level.ring = new double[Math.max(level.ring.length, FIELDS * held)];
            for (long bucket = level.complete - held; bucket < level.complete; bucket++) {
                in.get(level.ring, level.offset(bucket), FIELDS);
            }
            return level;
        }

        private long firstRemembered() {
            return Math.max(firstRemembered, complete - RING);
        }

        private long firstHeld() {
            return Math.max(firstHeld, complete - BUCKETS_PER_LEVEL);
        }

        long width() {
            return 1L << widthBits;
        }

        boolean startsAt(long step) {
            return ((step - 1) & (width() - 1)) == 0;
        }

        boolean holds(long step) {
            long bucket = (step - 1) >> widthBits;
            return bucket < complete && bucket >= firstHeld();
        }

        /// Returns whether the bucket of a step is still in the ring. The ring reaches back one bucket of the
        /// level above further than [#holds], as the oldest held bucket may begin within that bucket.
        boolean remembers(long step) {
            long bucket = (step - 1) >> widthBits;
            return bucket < complete && bucket >= firstRemembered();
        }

        long bytes() {
            return (long) Double.BYTES * ring.length;
        }

        boolean isFull() {
            return open.count == width();
        }

        void closeBucket() {
            int offset = offset(complete);
            if (offset == ring.length) {
                ring = Arrays.copyOf(ring, Math.min(FIELDS * RING, 2 * offset));
            }
            ring[offset] = open.min;
            ring[offset + 1] = open.max;
            ring[offset + 2] = open.sum;
            ring[offset + 3] = open.first;
            ring[offset + 4] = open.last;
            complete++;
            open = new Summary();
        }

        Summary at(long step) {
            int offset = offset((step - 1) >> widthBits);
            Summary summary = new Summary();
            summary.count = width();
            summary.min = ring[offset];
            summary.max = ring[offset + 1];
            summary.sum = ring[offset + 2];
            summary.first = ring[offset + 3];
            summary.last = ring[offset + 4];
            return summary;
        }

        private int offset(long bucket) {
            return FIELDS * (int) ((bucket - firstBucket) % RING);
        }
    }
}
