package dev.microgpt.session.compute;

import dev.microgpt.session.admission.SessionException;

import java.util.concurrent.CompletableFuture;

/// A workload that consists of a single task and belongs to no session.
final class StandaloneTask<T> implements Workload {

    private final Demand demand;
    private final SlicedTask<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    StandaloneTask(Demand demand, SlicedTask<T> work) {
        this.demand = demand;
        this.work = work;
    }

    CompletableFuture<T> result() {
        return result;
    }

    @Override
    public Demand demand() {
        return result.isDone() ? Demand.NONE : demand;
    }

    @Override
    public void slice(long deadline) {
        if (result.isDone()) {
            return; // cancelled before its first slice
        }
        try {
            T value = work.slice(deadline);
            if (value != null) {
                result.complete(value);
            }
        } catch (Throwable failure) {
            result.completeExceptionally(failure);
        }
    }

    @Override
    public void stopped() {
        result.completeExceptionally(SessionException.shuttingDown());
    }
}
