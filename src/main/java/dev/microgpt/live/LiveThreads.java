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

/// The threads of the live layer. There are as many however many clients are connected.
///
/// Their queues are bounded by those who use them: a pump is in the queue of the writers once at most,
/// and each lane of a connection has one task at a time with the workers.
@Component
final class LiveThreads implements AutoCloseable {

    /// They never wait for a client or for a session.
    private static final int WRITERS = 4;

    /// Some of their tasks wait, for instance for a session that has to be read from the store.
    private static final int WORKERS = 16;

    /// They send pings and goodbyes, for which a client may take its time.
    private static final int WAITERS = 4;

    private final ExecutorService writers = pool("live-writer-", WRITERS);
    private final ExecutorService waiters = pool("live-waiter-", WAITERS);
    private final ExecutorService workers = pool("live-worker-", WORKERS);
    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(
                    1, threads("live-clock-"), new ThreadPoolExecutor.DiscardPolicy());

    LiveThreads() {
        clock.setRemoveOnCancelPolicy(true);
    }

    private static ExecutorService pool(String prefix, int size) {
        // At shutdown what comes late is for nobody.
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

    /// For tasks that do not wait.
    Executor writers() {
        return writers;
    }

    /// For tasks that may wait for a session.
    Executor workers() {
        return workers;
    }

    /// For what waits for a client: each connection has one ping at a time, and one end.
    Executor waiters() {
        return waiters;
    }

    /// Runs a task at a later time. It must be short.
    Future<?> after(long nanos, Runnable task) {
        return clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        workers.shutdownNow();
        writers.shutdownNow();
        waiters.shutdownNow();
    }
}
