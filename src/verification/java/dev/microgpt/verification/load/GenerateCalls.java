package dev.microgpt.verification.load;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls `generate` at a fixed rate, whether or not earlier calls have been answered. The time of a call
/// counts from when it was due, so that pauses of the service, or of this process, are included.
final class GenerateCalls {

    private static final int TIMEOUT_SECONDS = 30;

    private final Api api;
    private final List<String> sessions;
    private final long intervalNanos;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<CompletableFuture<Double>> pendingMillis = new ArrayList<>();
    private int failures;

    /// @param sessions the sessions to call, chosen at random
    /// @param perSecond the number of calls per second
    GenerateCalls(Api api, List<String> sessions, int perSecond) {
        this.api = api;
        this.sessions = sessions;
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /// Calls for the given time, and does not wait for the last responses.
    void make(Duration time) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        for (long due = start; due < end; due += intervalNanos) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            pendingMillis.add(call(due));
        }
        TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
    }

    private CompletableFuture<Double> call(long due) {
        String session = sessions.get(random.nextInt(sessions.size()));
        return api.postAsync("/sessions/" + session + "/generate", Map.of())
                .thenApply(reply -> millisSince(due, reply));
    }

    private static double millisSince(long due, Reply reply) {
        if (reply.status() != 200) {
            throw new IllegalStateException(reply.toString());
        }
        return (System.nanoTime() - due) / 1e6;
    }

    /// Waits for the responses to all calls since the last time, and returns how long each took, in
    /// milliseconds.
    List<Double> takeTimes() throws InterruptedException {
        List<Double> times = new ArrayList<>();
        for (CompletableFuture<Double> pending : pendingMillis) {
            Double time = await(pending);
            if (time != null) {
                times.add(time);
            } else {
                failures++;
            }
        }
        pendingMillis.clear();
        return times;
    }

    private static @Nullable Double await(CompletableFuture<Double> millis)
            throws InterruptedException {
        try {
            return millis.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return null;
        }
    }

    /// Returns how many calls failed or timed out.
    int failures() {
        return failures;
    }
}
