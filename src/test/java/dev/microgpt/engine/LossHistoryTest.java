package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.DoubleStream;

@SharesNothing
final class LossHistoryTest {

    private static final int EXACT = LossHistory.EXACT;

    /// Wider than any summary that a history of a few million steps uses.
    private static final int WIDEST = 1 << 12;

    private final Random random = new Random(1);

    @Test
    void startsEmpty() {
        LossHistory history = new LossHistory();

        assertThat(history.size()).isZero();
        assertThat(history.oldestExact()).isEqualTo(1);
        assertThat(history.newest(10)).isEmpty();
        assertThat(history.exact(1, 0)).isEmpty();
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.buckets(1, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 257, 511, 512, 513, 4096, 5000})
    void returnsEveryLossOfAShortHistory(int length) {
        double[] losses = losses(length);
        LossHistory history = history(losses);

        assertThat(history.size()).isEqualTo(length);
        assertThat(history.oldestExact()).isEqualTo(1);
        assertThat(history.exact(1, length)).containsExactly(losses);
        assertThat(history.newest(length)).containsExactly(losses);
        assertThat(history.newest(Integer.MAX_VALUE)).containsExactly(losses);
        assertThat(history.newest(1)).containsExactly(losses[length - 1]);
        assertThat(history.newest(0)).isEmpty();
        assertThat(history.exact(length, length)).containsExactly(losses[length - 1]);
        assertThat(history.exact(length + 1L, length)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "-1, 5", "12, 12", "3, 1", "5, 11", "1, 11", "9223372036854775807, 10"})
    void rejectsExactLossesOutOfRange(long from, long to) {
        LossHistory history = history(losses(10));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.exact(from, to))
                .withMessageMatching("(from|to) must be from .* to .*, but is .*");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 5, 3, from",
        "11, 11, 3, from",
        "-5, 11, 3, from",
        "5, 4, 3, to",
        "5, 11, 3, to",
        "5, 6, 0, maxPoints",
        "5, 6, -1, maxPoints",
    })
    void rejectsBucketsOutOfRange(long from, long to, int maxPoints, String field) {
        LossHistory history = history(losses(10));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.buckets(from, to, maxPoints))
                .withMessageContaining(field)
                .returns(field, InvalidInputException::field);
    }

    @Test
    void returnsTheLossesThemselvesForAsManyPointsAsSteps() {
        double[] losses = losses(700);
        LossHistory history = history(losses);

        for (int maxPoints : new int[] {700, 701, Integer.MAX_VALUE}) {
            List<LossBucket> buckets = history.buckets(1, 700, maxPoints);

            assertThat(buckets).hasSize(700);
            for (int i = 0; i < 700; i++) {
                double loss = losses[i];
                assertThat(buckets.get(i))
                        .isEqualTo(new LossBucket(i + 1, i + 1, loss, loss, loss, loss, loss));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 256",
        "256, 256",
        "1000, 256",
        "1023, 257",
        "1024, 300",
        "300000, 256",
        "300000, 65536",
        "1200000, 65536",
        "1200000, 1048575",
        "1200000, 2000000"
    })
    void keepsFewerLossesExactlyAndTheOthersInSummaries(int size, int kept) {
        double[] losses = losses(size + 5_000);
        LossHistory history = history(Arrays.copyOf(losses, size));
        history.keepExact(kept);
        int numExact = Math.min(size, Math.min(kept, EXACT));

        assertThat(history.oldestExact()).isEqualTo(size - numExact + 1);
        assertThat(Arrays.equals(history.newest(EXACT), newest(losses, size, numExact))).isTrue();
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.exact(size - numExact, size));
        assertCoversAll(history, losses, size);

        for (int i = size; i < losses.length; i++) {
            history.append(losses[i]);
        }
        int grown = Math.min(losses.length, Math.min(EXACT, numExact + 5_000));
        assertThat(history.oldestExact()).isEqualTo(losses.length - grown + 1);
        assertThat(Arrays.equals(history.newest(EXACT), newest(losses, losses.length, grown)))
                .isTrue();
        assertCoversAll(history, losses, losses.length);
    }

    private static double[] newest(double[] losses, int size, int count) {
        return Arrays.copyOfRange(losses, size - count, size);
    }

    private static void assertCoversAll(LossHistory history, double[] losses, int size) {
        long next = 1;
        for (LossBucket bucket : history.buckets(1, size, 500)) {
            assertThat(bucket.from()).isEqualTo(next);
            double[] range = Arrays.copyOfRange(losses, (int) bucket.from() - 1, (int) bucket.to());
            assertThat(bucket.min()).isEqualTo(DoubleStream.of(range).min().orElseThrow());
            assertThat(bucket.max()).isEqualTo(DoubleStream.of(range).max().orElseThrow());
            assertThat(bucket.last()).isEqualTo(range[range.length - 1]);
            next = bucket.to() + 1;
        }
        assertThat(next).isEqualTo(size + 1);
    }

    @Test
    void fewerExactLossesTakeLessMemory() {
        LossHistory history = history(losses(1_200_000));
        long all = history.bytes();
        history.keepExact(1 << 16);

        assertThat(all).isGreaterThan(8L * EXACT);
        assertThat(history.bytes()).isLessThan(all / 8);
    }

    @Test
    void keepsAtLeastTheStepsOfAnIncompleteSummary() {
        LossHistory history = history(losses(1_000));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.keepExact(255))
                .withMessageContaining("count must be from 256");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 5000, 1_100_000})
    void aCopyIsIndependent(int size) {
        double[] losses = losses(size + 600);
        LossHistory original = history(Arrays.copyOf(losses, size));
        LossHistory copy = original.copy();
        for (int i = size; i < losses.length; i++) {
            copy.append(losses[i]);
        }
        LossHistory whole = history(losses);

        assertThat(original.size()).isEqualTo(size);
        assertThat(copy.size()).isEqualTo(losses.length);
        assertThat(Arrays.equals(copy.newest(EXACT), whole.newest(EXACT))).isTrue();
        assertThat(copy.buckets(1, losses.length, 50))
                .isEqualTo(whole.buckets(1, losses.length, 50));
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0",
        "10, 7",
        "300, 256",
        "5000, 4999",
        "70000, 65536",
        "70000, 33333",
        "1200000, 1150000",
        "1200000, 0",
        "1200000, 131072",
        "6000000, 1048576",
        "6000000, 5500000",
        "20000000, 1310720"
    })
    void aCutHistoryEqualsTheHistoryAtThatStep(int size, int step) {
        double[] losses = losses(size);
        LossHistory cut = Objects.requireNonNull(history(losses).upTo(step));
        LossHistory then = history(Arrays.copyOf(losses, step));

        assertThat(cut.size()).isEqualTo(step);
        if (step > 0) {
            assertSameSummaries(cut, then, step);
        }
        int more = Math.min(1_200_000, size - step);
        for (int i = step; i < step + more; i++) {
            cut.append(losses[i]);
            then.append(losses[i]);
        }
        assertThat(Arrays.equals(cut.newest(more), then.newest(more))).isTrue();
        int end = step + more;
        assertSameSummary(cut.buckets(1, end, 1).getFirst(), then.buckets(1, end, 1).getFirst());
    }

    /// Old steps may be known in wider summaries than at the time of the cut.
    private static void assertSameSummaries(LossHistory cut, LossHistory then, int step) {
        List<LossBucket> buckets = cut.buckets(1, step, 7);
        assertThat(buckets.getFirst().from()).isEqualTo(1);
        assertThat(buckets.getLast().to()).isEqualTo(step);
        for (LossBucket bucket : buckets) {
            assertSameSummary(bucket, then.buckets(bucket.from(), bucket.to(), 1).getFirst());
        }
    }

    private static void assertSameSummary(LossBucket actual, LossBucket expected) {
        assertThat(actual).usingRecursiveComparison().ignoringFields("mean").isEqualTo(expected);
        assertThat(actual.mean()).isCloseTo(expected.mean(), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 100",
        "256, 1000",
        "1000, 5000",
        "1000, 1200000",
        "70000, 6000000",
        "100000000, 300000"
    })
    void aHistoryThatStartsLaterKnowsTheAppendedLosses(long start, int size) {
        double[] losses = losses(size);
        LossHistory history = LossHistory.startingAfter(start);
        assertThat(history.firstKnown()).isEqualTo(start + 1);
        for (double loss : losses) {
            history.append(loss);
        }
        long end = start + size;
        long first = history.firstKnown();
        assertThat(history.size()).isEqualTo(end);
        assertThat(first).isBetween(start + 1, start + (1 << 13));
        int newest = Math.min(size, 500_000);
        assertThat(
                        Arrays.equals(
                                history.newest(newest),
                                Arrays.copyOfRange(losses, size - newest, size)))
                .isTrue();
        List<LossBucket> buckets = history.buckets(first, end, 9);
        assertThat(buckets.getFirst().from()).isEqualTo(first);
        for (LossBucket bucket : buckets) {
            double[] range =
                    Arrays.copyOfRange(
                            losses, (int) (bucket.from() - start - 1), (int) (bucket.to() - start));
            assertThat(bucket.min()).isEqualTo(Arrays.stream(range).min().orElseThrow());
            assertThat(bucket.max()).isEqualTo(Arrays.stream(range).max().orElseThrow());
            assertThat(bucket.last()).isEqualTo(range[range.length - 1]);
        }
        if (first > 1) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> history.buckets(first - 1, end, 9));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "815, 0, 0",
        "815, 5, 5",
        "815, 5, 2",
        "815, 300, 10",
        "256, 1000, 700",
        "1000, 5000, 3500",
        "70000, 1200000, 1200000"
    })
    void aHistoryThatStartsLaterCanBeCut(long start, int size, int cutAt) {
        double[] losses = losses(size + 2000);
        LossHistory history = LossHistory.startingAfter(start);
        LossHistory other = LossHistory.startingAfter(start);
        for (int i = 0; i < size; i++) {
            history.append(losses[i]);
        }
        LossHistory cut = Objects.requireNonNull(history.upTo(start + cutAt));
        for (int i = 0; i < cutAt; i++) {
            other.append(losses[i]);
        }
        for (int i = cutAt; i < cutAt + 2000; i++) {
            cut.append(losses[i]);
            other.append(losses[i]);
        }

        long first = other.firstKnown();
        assertThat(cut.size()).isEqualTo(other.size());
        assertThat(cut.firstKnown()).isEqualTo(first);
        assertThat(cut.buckets(first, other.size(), 9))
                .isEqualTo(other.buckets(first, other.size(), 9));
        assertThat(cut.newest(2000)).isEqualTo(other.newest(2000));
    }

    @Test
    void aHistoryCannotBeCutInTheMiddleOfASummary() {
        LossHistory history = history(losses(1_200_000));
        assertThat(history.upTo(1000)).isNull();
        assertThat(history.upTo(1024)).isNotNull();
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.upTo(1_200_001));
    }

    @Test
    void bucketsHaveAboutEqualLength() {
        LossHistory history = history(losses(10_007));

        for (int maxPoints : new int[] {1, 2, 3, 10, 100, 5000, 10_006}) {
            List<LossBucket> buckets = history.buckets(1, 10_007, maxPoints);

            assertThat(buckets).hasSize(maxPoints);
            assertThat(buckets)
                    .allSatisfy(
                            b ->
                                    assertThat(b.to() - b.from() + 1)
                                            .isBetween(
                                                    10_007L / maxPoints, 10_007L / maxPoints + 1));
        }
    }

    @Test
    void bucketsSummariseTheLossesOfTheirSteps() {
        for (int i = 0; i < 200; i++) {
            double[] losses = losses(1 + random.nextInt(6000));
            LossHistory history = history(losses);
            for (int j = 0; j < 20; j++) {
                assertBuckets(history, losses, randomRange(1, losses.length), randomPoints());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {EXACT - 1, EXACT, EXACT + 1, EXACT + 256, EXACT + 299, EXACT + 1000})
    void keepsTheNewestMillionLossesExactly(int length) {
        double[] losses = losses(length);
        LossHistory history = history(losses);
        int oldest = Math.max(1, length - EXACT + 1);

        assertThat(history.oldestExact()).isEqualTo(oldest);
        assertThat(history.exact(oldest, length))
                .isEqualTo(Arrays.copyOfRange(losses, oldest - 1, length));
        assertThat(history.newest(Integer.MAX_VALUE)).hasSize(length - oldest + 1);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> history.exact(oldest - 1, length));
    }

    /// Covers ranges that begin before the oldest exact loss and end soon after it.
    @ParameterizedTest
    @ValueSource(ints = {EXACT + 1, EXACT + 255, EXACT + 256, EXACT + 299, EXACT + 5000})
    void bucketsAreCorrectWhereExactLossesEnd(int length) {
        double[] losses = losses(length);
        LossHistory history = history(losses);
        int oldest = Math.toIntExact(history.oldestExact());
        for (int i = 0; i < 500; i++) {
            long from = Math.max(1, oldest - random.nextInt(1000));
            long to = Math.min(length, oldest + random.nextInt(1000));
            assertBuckets(history, losses, new long[] {from, to}, 1 + random.nextInt(10));
        }
    }

    @Test
    void summarisesALongHistoryCorrectly() {
        int length = 6_000_000 + random.nextInt(5000);
        double[] losses = losses(length);
        LossHistory history = history(losses);

        assertThat(history.size()).isEqualTo(length);
        assertThat(history.newest(1000))
                .containsExactly(Arrays.copyOfRange(losses, length - 1000, length));
        assertBuckets(history, losses, new long[] {1, length}, 1);
        assertBuckets(history, losses, new long[] {1, length}, 1000);
        assertBuckets(history, losses, new long[] {1, length}, 100_000);
        for (int i = 0; i < 150; i++) {
            assertBuckets(history, losses, randomRange(1, length), randomPoints());
            long near = random.nextLong(1, length - 20_000);
            assertBuckets(history, losses, randomRange(near, near + 20_000), randomPoints());
        }
    }

    /// The finest summaries reach back 16,384 times 256 steps, the exact losses a million.
    @Test
    void bucketsAreCorrectWhereFinerSummariesEnd() {
        for (int extra : new int[] {256, 15 * 256, 5000, 70_000}) {
            int length = (1 << 22) + extra;
            double[] losses = losses(length);
            LossHistory history = history(losses);
            for (int i = 0; i < 200; i++) {
                assertBuckets(history, losses, randomRange(1, 2L * extra + 5000), randomPoints());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 1_500_000})
    void aSpikeIsTheMaximumOfExactlyOneBucket(int length) {
        double[] losses = losses(length);
        for (int i = 0; i < 5; i++) {
            int spike = random.nextInt(length);
            double[] spiked = losses.clone();
            spiked[spike] = 1e6 + i;

            List<LossBucket> buckets = history(spiked).buckets(1, length, 777);

            assertThat(buckets)
                    .filteredOn(b -> b.max() >= 1e6)
                    .singleElement()
                    .satisfies(
                            b -> {
                                assertThat(b.max()).isEqualTo(spiked[spike]);
                                assertThat(spike + 1L).isBetween(b.from(), b.to());
                            });
        }
    }

    @Test
    void canBeReadWhileItGrows() throws InterruptedException {
        LossHistory history = new LossHistory();
        int length = 200_000;
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 1; i <= length; i++) {
                                        history.append(i);
                                    }
                                });
        long size = 0;
        while (size < length) {
            size = history.size();
            if (size > 0) {
                LossBucket all = history.buckets(1, size, 1).getFirst();
                assertThat(all)
                        .isEqualTo(new LossBucket(1, size, 1, (size + 1) / 2.0, size, 1, size));
                assertThat(history.exact(size, size)).containsExactly((double) size);
            }
        }
        writer.join();
    }

    /// Compares buckets with the losses themselves.
    private static void assertBuckets(
            LossHistory history, double[] losses, long[] range, int maxPoints) {
        long from = range[0];
        long to = range[1];
        List<LossBucket> buckets = history.buckets(from, to, maxPoints);

        assertThat(buckets).hasSizeBetween(1, maxPoints);
        long slack = from < history.oldestExact() ? WIDEST : 0;
        assertThat(buckets.getFirst().from()).isBetween(from - slack, from);
        assertThat(buckets.getFirst().to()).isGreaterThanOrEqualTo(from);
        slack = to < history.oldestExact() ? WIDEST : 0;
        assertThat(buckets.getLast().to()).isBetween(to, to + slack);
        assertThat(buckets.getLast().from()).isLessThanOrEqualTo(to);
        List<LossBucket> expected = new ArrayList<>();
        long next = buckets.getFirst().from();
        for (LossBucket bucket : buckets) {
            expected.add(summary(losses, next, bucket.to(), bucket.mean()));
            next = bucket.to() + 1;
        }
        assertThat(buckets).isEqualTo(expected);
    }

    /// @param mean the expected mean up to rounding
    private static LossBucket summary(double[] losses, long from, long to, double mean) {
        double first = losses[(int) from - 1];
        double min = first;
        double max = first;
        double sum = 0;
        for (long step = from; step <= to; step++) {
            double loss = losses[(int) step - 1];
            min = Math.min(min, loss);
            max = Math.max(max, loss);
            sum += loss;
        }
        double expectedMean = sum / (to - from + 1);
        assertThat(mean).isCloseTo(expectedMean, within(expectedMean * 1e-9));
        return new LossBucket(from, to, min, mean, max, first, losses[(int) to - 1]);
    }

    /// Positive numbers, no two alike, with a spike now and then.
    private double[] losses(int length) {
        return DoubleStream.generate(
                        () ->
                                random.nextInt(1000) == 0
                                        ? random.nextDouble(100, 1000)
                                        : random.nextDouble(1, 4))
                .limit(length)
                .toArray();
    }

    private static LossHistory history(double[] losses) {
        LossHistory history = new LossHistory();
        for (double loss : losses) {
            history.append(loss);
        }
        return history;
    }

    private long[] randomRange(long first, long last) {
        long a = random.nextLong(first, last + 1);
        long b = random.nextLong(first, last + 1);
        return new long[] {Math.min(a, b), Math.max(a, b)};
    }

    private int randomPoints() {
        return 1 + random.nextInt(1 << random.nextInt(1, 12));
    }
}
