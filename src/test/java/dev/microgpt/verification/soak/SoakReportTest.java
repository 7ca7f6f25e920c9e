package dev.microgpt.verification.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/// The report detects growth, and does not mistake warm-up or fluctuation for it.
final class SoakReportTest {

    private static final long MB = 1 << 20;

    @Test
    void warmUpAndFluctuationAreNotGrowth() {
        assertThat(isGood(i -> (i < 10 ? 10 * i : 100 + 20 * (i % 2)) * MB, _ -> 40, _ -> 200))
                .isTrue();
    }

    @Test
    void growingHeapIsDetected() {
        assertThat(isGood(i -> (100 + 2 * i) * MB, _ -> 40, _ -> 200)).isFalse();
    }

    @Test
    void aFewMegabytesAreNotGrowth() {
        assertThat(isGood(i -> (20 + i / 2) * MB, _ -> 40, _ -> 200)).isTrue();
    }

    @Test
    void leakedThreadsAndHandlesAreDetected() {
        assertThat(isGood(_ -> 100 * MB, i -> 40 + i / 2, _ -> 200)).isFalse();
        assertThat(isGood(_ -> 100 * MB, _ -> 40, i -> 200 + i)).isFalse();
    }

    @Test
    void oneFailureOrLoggedErrorFailsTheReport() {
        Tally tally = new Tally();
        List<Sample> samples = samples(_ -> 100 * MB, _ -> 40, _ -> 200);
        assertThat(new SoakReport(samples, tally, 0).isGood()).isTrue();
        assertThat(new SoakReport(samples, tally, 1).isGood()).isFalse();

        tally.failed("step", "500");

        assertThat(new SoakReport(samples, tally, 0).isGood()).isFalse();
    }

    @Test
    void differencesListWhatGrewAndWhatShrank() {
        assertThat(
                        SoakReport.differences(
                                Map.of("heap a.Small", 10L, "heap b.Large", 0L, "thread t#", 2L),
                                Map.of("heap a.Small", 11L, "heap b.Large", 1L << 20)))
                .containsExactly("heap b.Large: +1,048,576 bytes", "thread t#: -2");
    }

    private static boolean isGood(
            LongUnaryOperator heap, LongUnaryOperator threads, LongUnaryOperator handles) {
        return new SoakReport(samples(heap, threads, handles), new Tally(), 0).isGood();
    }

    private static List<Sample> samples(
            LongUnaryOperator heap, LongUnaryOperator threads, LongUnaryOperator handles) {
        return LongStream.range(0, 30)
                .mapToObj(
                        i ->
                                new Sample(
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
