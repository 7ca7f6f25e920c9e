package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.InvalidInputException;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

final class MemoryTest {

    private static final long HALF = 1 << 20;

    private final Memory memory = new Memory(2 * HALF);

    @Test
    void callThatNeverFitsIsTooLargeAlsoWhenItGrowsBitByBit() {
        try (Memory.Share share = memory.share()) {
            share.require(HALF, "the body");
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> share.require(HALF + 2, "the body"))
                    .withMessageContaining(2 * HALF + 2 + " bytes");
        }
    }

    @Test
    void callThatFitsOnlyWithoutOthersMayTryAgain() {
        try (Memory.Share other = memory.share();
                Memory.Share share = memory.share()) {
            other.require(HALF, "a session");
            assertThatExceptionOfType(SessionException.class)
                    .isThrownBy(() -> share.require(HALF + 2, "the body"))
                    .matches(e -> e.code() == ErrorCode.NO_MEMORY);
        }
    }

    @Test
    void callWaitsWhileMemoryMaySoonBeFree() throws Exception {
        Memory.Share other = memory.share();
        other.require(2 * HALF, "a session");
        CountDownLatch asked = new CountDownLatch(3);
        memory.onShortage(
                (bytes, _) -> {
                    assertThat(bytes).isEqualTo(HALF);
                    asked.countDown();
                    return true;
                });
        try (Memory.Share share = memory.share();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<?> waiting = threads.submit(() -> share.require(HALF, "the body"));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            other.close();
            waiting.get(10, TimeUnit.SECONDS);
            assertThat(memory.used()).isEqualTo(HALF);
        }
    }

    /// Later calls do not take what is freed for the first one, even if they need less.
    @Test
    void callsGetMemoryInTheOrderOfTheirArrival() throws Exception {
        Memory.Share other = memory.share();
        other.require(2 * HALF, "a session");
        CountDownLatch firstWaits = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        memory.onShortage(
                (_, _) -> {
                    if (firstWaits.getCount() > 0) {
                        firstWaits.countDown();
                        awaitUninterruptibly(release);
                        other.set(HALF);
                    }
                    return true;
                });
        List<String> order = new CopyOnWriteArrayList<>();
        try (Memory.Share first = memory.share();
                Memory.Share second = memory.share();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> large =
                    threads.submit(
                            () -> {
                                first.require(HALF, "the session");
                                order.add("large");
                            });
            assertThat(firstWaits.await(10, TimeUnit.SECONDS)).isTrue();
            other.set(HALF + 2); // room for the small call only
            Future<?> small =
                    threads.submit(
                            () -> {
                                second.require(1, "the body");
                                order.add("small");
                            });
            await().until(memory::hasWaiting);
            release.countDown();
            large.get(10, TimeUnit.SECONDS);
            other.close();
            small.get(10, TimeUnit.SECONDS);
        }
        assertThat(order).containsExactly("large", "small");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
