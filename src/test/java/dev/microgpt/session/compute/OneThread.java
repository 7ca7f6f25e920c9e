package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A compute thread that the test can hold, so that all else waits, and a log of what it did.
final class OneThread implements AutoCloseable {

    static final String OWNER = "alice";

    final Compute compute = new Compute(1, 1, ComputeMetrics.none());
    final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    /// Keeps the thread busy until it is let go.
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

    void letGo() {
        gate.countDown();
    }

    @Override
    public void close() {
        letGo();
        compute.close();
    }
}
