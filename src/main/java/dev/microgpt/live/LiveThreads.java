package dev.microgpt.live;

import org.springframework.stereotype.Component;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads of the live layer. Their number does not depend on the number of clients.
///
/// The queues of the pools have no bound of their own, but their users limit them: each pump has at most one
/// task with the writers, and each queue of messages about one session at most one with the workers.
@Component
public final class LiveThreads implements AutoCloseable {

    /// Writers never wait for a client or a session.
    private static final int WRITERS = 4;

    /// Workers may wait, for instance for a session that is read from the store.
    private static final int WORKERS = 16;

    /// Blocking senders wait for clients to accept pings and close frames.
    private static final int BLOCKING_SENDERS = 4;

    private final ExecutorService writers = pool("live-writer-", WRITERS);
    private final ExecutorService blockingSenders = pool("live-blocking-sender-", BLOCKING_SENDERS);
    private final ExecutorService workers = pool("live-worker-", WORKERS);
    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(
                    1, threads("live-clock-"), new ThreadPoolExecutor.DiscardPolicy());

    LiveThreads() {
        clock.setRemoveOnCancelPolicy(true);
    }

    private static ExecutorService pool(String prefix, int size) {
        // Tasks that arrive after shutdown are discarded.
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        size,
                        size,
                        1,
                        TimeUnit.MINUTES,
                        new LinkedBlockingQueue<>(),
                        threads(prefix),
                        new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory threads(String prefix) {
        ThreadFactory factory = Executors.defaultThreadFactory();
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = factory.newThread(task);
            thread.setName(prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /// Runs tasks that never block.
    public Executor writers() {
        return writers;
    }

    /// Runs tasks that may wait for a session.
    public Executor workers() {
        return workers;
    }

    /// Runs tasks that wait for a client: at most one ping at a time and one close per connection.
    Executor blockingSenders() {
        return blockingSenders;
    }

    /// Runs a task after a delay. It must be short.
    public Future<?> after(long nanos, Runnable task) {
        return clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        workers.shutdownNow();
        writers.shutdownNow();
        blockingSenders.shutdownNow();
    }
}
