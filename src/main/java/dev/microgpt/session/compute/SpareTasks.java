package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// The parts of slices that wait for a thread without other work, at most one for each thread. Not thread-safe.
final class SpareTasks {

    private final ArrayDeque<SpareTask> waiting = new ArrayDeque<>();
    private final int threadCount;
    private int running;

    SpareTasks(int threadCount) {
        this.threadCount = threadCount;
    }

    /// Adds a task unless all threads have work.
    ///
    /// @param slices how many threads are in slices
    /// @return whether it was added
    boolean offer(SpareTask task, int slices) {
        return slices + running + waiting.size() < threadCount && waiting.add(task);
    }

    /// Begins a task.
    ///
    /// @return null if none is waiting
    @Nullable SpareTask begin() {
        SpareTask task = waiting.poll();
        running += task == null ? 0 : 1;
        return task;
    }

    /// Notes that a task that was begun has ended.
    void end() {
        running--;
    }

    /// Removes a task.
    ///
    /// @return false if it has been begun
    boolean withdraw(SpareTask task) {
        return waiting.remove(task);
    }
}
