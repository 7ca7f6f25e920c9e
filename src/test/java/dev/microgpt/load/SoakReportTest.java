package dev.microgpt.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/// What grows is noticed, and what only warms up or swings is not.
final class SoakReportTest {

    private static final long MB = 1 << 20;

    @Test
    void whatWarmsUpAndSwingsDoesNotGrow() {
        assertThat(isGood(i -> (i < 10 ? 10 * i : 100 + 20 * (i % 2)) * MB, _ -> 40, _ -> 200))
                .isTrue();
    }

    @Test
    void heapThatGrowsIsNoticed() {
        assertThat(isGood(i -> (100 + 2 * i) * MB, _ -> 40, _ -> 200)).isFalse();
    }

    @Test
    void fewMegabytesAreNotTakenForGrowth() {
        assertThat(isGood(i -> (20 + i / 2) * MB, _ -> 40, _ -> 200)).isTrue();
    }

    @Test
    void threadsAndHandlesThatStayAreNoticed() {
        assertThat(isGood(_ -> 100 * MB, i -> 40 + i / 2, _ -> 200)).isFalse();
        assertThat(isGood(_ -> 100 * MB, _ -> 40, i -> 200 + i)).isFalse();
    }

    @Test
    void aFailureOrAnErrorIsEnough() {
        SoakTally tally = new SoakTally();
        List<SoakSample> samples = samples(_ -> 100 * MB, _ -> 40, _ -> 200);
        assertThat(new SoakReport(samples, tally, 0).isGood()).isTrue();
        assertThat(new SoakReport(samples, tally, 1).isGood()).isFalse();

        tally.failed("step", "500");

        assertThat(new SoakReport(samples, tally, 0).isGood()).isFalse();
    }

    @Test
    void differencesTellWhatThereIsMoreOf() {
        assertThat(
                        SoakReport.differences(
                                Map.of("heap a.Small", 10L, "heap b.Large", 0L, "thread t#", 2L),
                                Map.of("heap a.Small", 11L, "heap b.Large", 1L << 20)))
                .containsExactly("heap b.Large: +1,048,576 bytes", "thread t#: -2");
    }

    private static boolean isGood(
            LongUnaryOperator heap, LongUnaryOperator threads, LongUnaryOperator handles) {
        return new SoakReport(samples(heap, threads, handles), new SoakTally(), 0).isGood();
    }

    private static List<SoakSample> samples(
            LongUnaryOperator heap, LongUnaryOperator threads, LongUnaryOperator handles) {
        return LongStream.range(0, 30)
                .mapToObj(
                        i ->
                                new SoakSample(
                                        i / 2.0,
                                        heap.applyAsLong(i),
                                        30 * MB,
                                        threads.applyAsLong(i),
                                        handles.applyAsLong(i),
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0))
                .toList();
    }
}
