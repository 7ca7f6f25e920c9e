package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A single compute thread that the test can block, so that other work waits, and a log of its work.
final class OneThread implements AutoCloseable {

    static final String OWNER = "alice";

    /// Without the extra thread for calls, which would not wait.
    final Compute compute = new Compute(1, 1, ComputeMetrics.none(), Duration.ofHours(1));

    final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    /// Blocks the thread until it is released.
    void hold() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        var _ =
                compute.submit(
                        OWNER,
                        Demand.CALL,
                        _ -> {
                            held.countDown();
                            return gate.await(20, TimeUnit.SECONDS);
                        });
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
    }

    void release() {
        gate.countDown();
    }

    @Override
    public void close() {
        release();
        compute.close();
    }
}
