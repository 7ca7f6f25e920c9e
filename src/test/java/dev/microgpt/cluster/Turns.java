package dev.microgpt.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets one of several threads run at a time, and switches only where they say so and the schedule chooses it.
final class Turns {

    private static final long TIMEOUT_SECONDS = 20;
    private static final String NOBODY = "nobody";

    private final Schedules.Choices choices;
    private final Map<String, Semaphore> waiting = new LinkedHashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Semaphore ended = new Semaphore(0);
    private String current = NOBODY;

    Turns(Schedules.Choices choices) {
        this.choices = choices;
    }

    /// Runs threads, the first one first, until all have ended.
    void run(Map<String, Runnable> threads) throws InterruptedException {
        for (String name : threads.keySet()) {
            waiting.put(name, new Semaphore(0));
        }
        threads.forEach((name, work) -> Thread.ofVirtual().start(() -> runOne(name, work)));
        give(waiting.keySet().iterator().next());
        acquire(ended);
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst());
        }
    }

    private void runOne(String name, Runnable work) {
        try {
            await(name);
            work.run();
        } catch (Throwable failure) {
            failures.add(failure);
        }
        waiting.remove(name);
        if (waiting.isEmpty()) {
            ended.release();
        } else {
            give(waiting.keySet().iterator().next());
        }
    }

    private void give(String name) {
        current = name;
        turn(name).release();
    }

    private Semaphore turn(String name) {
        return Objects.requireNonNull(waiting.get(name));
    }

    private void await(String name) throws InterruptedException {
        acquire(turn(name));
    }

    private static void acquire(Semaphore semaphore) throws InterruptedException {
        if (!semaphore.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no thread goes on");
        }
    }

    /// A point at which another thread may go on.
    void mayYield() {
        if (waiting.containsKey(current)) {
            List<String> others = new ArrayList<>(waiting.keySet());
            others.remove(current);
            int choice = choices.preemption(others.size() + 1);
            if (choice > 0) {
                yieldTo(others.get(choice - 1));
            }
        }
    }

    /// Lets another thread go on, and waits until it is this one's turn again.
    void yieldTo(String other) {
        String self = current;
        give(other);
        try {
            await(self);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        current = self;
    }
}
