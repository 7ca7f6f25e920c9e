package dev.microgpt.session.compute;

import dev.microgpt.engine.ParallelRunner;

/// Runs two parts of a slice on two compute threads, if another one has nothing else to do.
final class SliceRunner implements ParallelRunner {

    private final Compute compute;
    private final String owner;

    /// @param owner the owner to whom the compute time is charged
    SliceRunner(Compute compute, String owner) {
        this.compute = compute;
        this.owner = owner;
    }

    @Override
    public boolean isParallel() {
        return true;
    }

    @Override
    public void runBoth(Runnable first, Runnable second) {
        SpareTask task = new SpareTask(owner, second);
        boolean isOffered = compute.offer(task);
        try {
            first.run();
        } finally {
            if (isOffered && !compute.withdraw(task)) {
                task.awaitEnd();
            } else {
                long _ = task.run();
            }
        }
        task.requireSuccess();
    }
}
