package dev.microgpt.engine;

/// Runs two tasks, at the same time if there is a thread for each.
public interface ParallelRunner {

    /// Runs one task after the other, on the calling thread.
    ParallelRunner SEQUENTIAL =
            new ParallelRunner() {
                @Override
                public boolean isParallel() {
                    return false;
                }

                @Override
                public void runBoth(Runnable first, Runnable second) {
                    first.run();
                    second.run();
                }
            };

    /// Returns whether there can be a second thread, so that it pays off to have two tasks.
    boolean isParallel();

    /// Runs two tasks that do not depend on each other, the first on the calling thread. Returns when both have ended.
    ///
    /// @throws RuntimeException which a task has thrown; the other has ended, too
    void runBoth(Runnable first, Runnable second);
}
