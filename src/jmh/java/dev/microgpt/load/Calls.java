package dev.microgpt.load;

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

/// Calls of generate at a fixed rate, whether or not those before have been answered. Their time counts
/// from when they were due, so that a pause of the service, or of this process, is not left out.
final class Calls {

    private static final int ANSWER_SECONDS = 30;

    private final Api api;
    private final List<String> sessions;
    private final long intervalNanos;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<CompletableFuture<Double>> answers = new ArrayList<>(); // in ms
    private int failures;

    /// @param sessions to choose from
    /// @param perSecond so many calls
    Calls(Api api, List<String> sessions, int perSecond) {
        this.api = api;
        this.sessions = sessions;
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /// Calls for a while, and does not wait for the last answers.
    void make(Duration time) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        for (long due = start; due < end; due += intervalNanos) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            answers.add(call(due));
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

    /// The times of the answers to the calls since this was last asked, in milliseconds.
    List<Double> takeTimes() throws InterruptedException {
        List<Double> times = new ArrayList<>();
        for (CompletableFuture<Double> answer : answers) {
            Double time = await(answer);
            if (time != null) {
                times.add(time);
            } else {
                failures++;
            }
        }
        answers.clear();
        return times;
    }

    private static @Nullable Double await(CompletableFuture<Double> answer)
            throws InterruptedException {
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return null;
        }
    }

    /// Calls that were not answered as they should.
    int failures() {
        return failures;
    }
}
