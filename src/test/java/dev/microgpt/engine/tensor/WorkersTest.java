package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.concurrent.atomic.AtomicIntegerArray;

final class WorkersTest {

    private final Workers workers = new Workers();

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 8", "7, 8", "8, 8", "1000, 1", "1001, 16"})
    void worksOnEachUnitOnce(int units, int granularity) {
        AtomicIntegerArray visits = new AtomicIntegerArray(units);
        for (int run = 1; run <= 20; run++) {
            workers.split(
                    (_, from, to) -> visit(visits, from, to, granularity), units, granularity);
            for (int unit = 0; unit < units; unit++) {
                assertThat(visits.get(unit)).isEqualTo(run);
            }
        }
    }

    @Test
    void runsPhasesConcurrentlyEachOverItsUnits() {
        AtomicIntegerArray first = new AtomicIntegerArray(5);
        AtomicIntegerArray second = new AtomicIntegerArray(300);
        Workers.Phase[] phases = {
            (_, from, to) -> visit(first, from, to, 1), (_, from, to) -> visit(second, from, to, 1)
        };

        workers.split(phases, new int[] {5, 300}, 1);

        assertThat(first.toString()).isEqualTo("[1, 1, 1, 1, 1]");
        for (int unit = 0; unit < 300; unit++) {
            assertThat(second.get(unit)).isOne();
        }
    }

    @Test
    void neverUsesTheSameThreadNumberConcurrently() {
        AtomicIntegerArray active = new AtomicIntegerArray(Workers.THREADS);
        for (int run = 0; run < 200; run++) {
            workers.split(
                    (thread, _, _) -> {
                        assertThat(active.incrementAndGet(thread)).isOne();
                        active.decrementAndGet(thread);
                    },
                    100,
                    1);
        }
    }

    @Test
    void throwsWhatAPartThrowsAndRunsTheNextPhase() {
        IllegalArgumentException failure = new IllegalArgumentException("bad unit");
        Workers.Phase failing =
                (_, from, _) -> {
                    if (from > 0) {
                        throw failure;
                    }
                };
        AtomicIntegerArray visits = new AtomicIntegerArray(10);

        assertThatThrownBy(() -> workers.split(failing, 100, 1)).isSameAs(failure);
        workers.split((_, from, to) -> visit(visits, from, to, 1), 10, 1);

        assertThat(visits.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
    }

    private static void visit(AtomicIntegerArray visits, int from, int to, int granularity) {
        assertThat(from % granularity).isZero();
        for (int unit = from; unit < to; unit++) {
            visits.incrementAndGet(unit);
        }
    }
}
