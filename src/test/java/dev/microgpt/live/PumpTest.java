package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A pump runs one step at a time, as often as needed.
final class PumpTest {

    private static final long NEVER = Long.MAX_VALUE;

    private final LiveThreads threads = new LiveThreads();
    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.close();
    }

    private Pump pump(Pump.Turn turn) {
        return new Pump(threads, turn, failures::incrementAndGet);
    }

    @Test
    void wakesDuringAStepCauseOneMoreStep() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        Pump pump =
                pump(
                        () -> {
                            if (steps.getAndIncrement() == 0) {
                                started.countDown();
                                awaitQuietly(woken);
                            }
                            return NEVER;
                        });
        pump.wake();
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 100; i++) {
            pump.wake();
        }
        assertThat(steps).hasValue(1); // no second one at the same time
        woken.countDown();

        await().until(() -> steps.get() == 2);
        await().during(200, TimeUnit.MILLISECONDS).until(() -> steps.get() == 2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void repeatsAStepAfterTheRequestedDelay() {
        Pump pump = pump(() -> steps.incrementAndGet() < 5 ? 1_000_000 : NEVER);
        pump.wake();
        await().until(() -> steps.get() == 5);
    }

    @Test
    void runsNoStepAfterClose() {
        Pump pump = pump(() -> steps.incrementAndGet() < 1000 ? 1_000_000 : NEVER);
        pump.wake();
        await().until(() -> steps.get() > 2);
        pump.close();
        await().during(200, TimeUnit.MILLISECONDS)
                .until(
                        () -> {
                            int before = steps.get();
                            pump.wake();
                            return steps.get() == before;
                        });
        assertThat(steps).hasValueLessThan(1000);
    }

    @Test
    void failureEndsThePumpAndIsReportedOnce() {
        Pump pump =
                pump(
                        () -> {
                            steps.incrementAndGet();
                            throw new IllegalArgumentException("as if the socket was closed");
                        });
        pump.wake();
        await().until(() -> failures.get() == 1);
        pump.wake();
        await().during(200, TimeUnit.MILLISECONDS).until(() -> steps.get() == 1);
        assertThat(failures).hasValue(1);
    }
}
