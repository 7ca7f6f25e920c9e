package dev.microgpt.session;

import dev.microgpt.engine.StepResult;

import org.jspecify.annotations.Nullable;

import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/// The runs of a session, of which one at most has not ended. Changed on the session's lane, read
/// anywhere.
final class Runs {

    /// So many are remembered.
    private static final int KEPT = 100;

    private final Session session;
    private final Deque<Run> runs = new ConcurrentLinkedDeque<>(); // newest last
    private volatile @Nullable Run active;

    /// That carries the active run on; others are left from before a pause. Confined to the lane.
    private @Nullable Leg leg;

    Runs(Session session) {
        this.session = session;
    }

    /// The run that has not ended.
    @Nullable Run active() {
        return active;
    }

    /// @throws SessionException `busy` if a run is active
    void requireNone() {
        Run run = active;
        if (run != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "run %d of session '%s' is %s: wait for its end, or cancel it"
                            .formatted(
                                    run.id(),
                                    session.name(),
                                    run.view().state().name().toLowerCase(Locale.ROOT)));
        }
    }

    /// The newest, oldest first.
    List<RunView> views() {
        return runs.stream().map(Run::view).toList();
    }

    /// @throws SessionException `not_found`
    Run find(long id) {
        for (Run run : runs) {
            if (run.id() == id) {
                return run;
            }
        }
        throw new SessionException(
                ErrorCode.NOT_FOUND,
                "session '%s' has no run %d".formatted(session.name(), id),
                "id",
                String.valueOf(id));
    }

    // ---- on the lane

    Run start(RunCall call) {
        requireNone();
        Run last = runs.peekLast();
        Run run = new Run(last == null ? 1 : last.id() + 1, call);
        runs.add(run);
        if (runs.size() > KEPT) {
            runs.remove();
        }
        active = run;
        session.record(SessionEvent.Kind.STARTED, run.id());
        goOn(run);
        return run;
    }

    void resume(Run run) {
        if (run.state() == RunState.PAUSED) {
            session.record(SessionEvent.Kind.RESUMED, run.id());
            run.become(RunState.QUEUED);
            goOn(run);
        }
    }

    private void goOn(Run run) {
        leg = new Leg(run);
        queue(leg);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a leg tells its run how it ends
    private void queue(Leg next) {
        session.lane().train(next);
    }

    /// Does what a run was asked for, between two slices.
    void obey(Run run) {
        if (!run.isActive()) {
            return;
        }
        switch (run.request()) {
            case NONE -> {}
            case PAUSE -> {
                if (run.state() != RunState.PAUSED) {
                    session.record(SessionEvent.Kind.PAUSED, run.id());
                }
                run.become(RunState.PAUSED);
                session.publish();
            }
            case CANCEL -> {
                end(RunState.CANCELLED, "it was cancelled");
                session.publish();
            }
        }
    }

    /// Ends the active run, if there is one.
    void end(RunState how, String why) {
        Run run = active;
        if (run != null) {
            run.end(how, why);
            active = null;
            session.record(SessionEvent.Kind.valueOf(how.name()), run.id());
        }
    }

    /// The session is deleted: the slice at hand is the last.
    void askAllToCancel() {
        runs.forEach(run -> run.ask(Run.Request.CANCEL));
    }

    /// The steps of a run from when it starts or is resumed to when it pauses or ends. Waiting for a
    /// speed limit ends them too, so that nothing is queued meanwhile.
    private final class Leg implements Compute.Sliced<Run>, Steps {

        private final Run run;

        Leg(Run run) {
            this.run = run;
        }

        @Override
        public @Nullable Run slice(long deadline) {
            obey(run);
            if (this != leg || run != active || run.state() == RunState.PAUSED) {
                return run;
            }
            run.resume(System.nanoTime());
            long before = session.step();
            try {
                session.train(this, deadline);
            } catch (Throwable e) {
                end(RunState.FAILED, String.valueOf(e.getMessage()));
                throw e;
            } finally {
                run.add(session.step() - before, System.nanoTime());
                run.publish();
                session.publish();
            }
            String goal = run.goal();
            if (goal != null) {
                end(RunState.SUCCEEDED, goal);
                session.publish();
                return run;
            }
            long wait = run.pause(System.nanoTime());
            if (wait > 0) {
                goOnAfter(wait);
                return run;
            }
            return null;
        }

        private void goOnAfter(long nanos) {
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(
                            () -> {
                                try {
                                    queue(this);
                                } catch (SessionException _) {
                                    // Deleted, or shutting down.
                                }
                            });
        }

        @Override
        public boolean hasNext() {
            return !run.isAsked() && run.goal() == null && run.pause(System.nanoTime()) <= 0;
        }

        @Override
        public boolean isLast() {
            return run.isLast();
        }

        @Override
        public boolean wantsTrace() {
            return false;
        }

        @Override
        public void add(double loss) {
            run.addLoss(loss);
        }

        @Override
        public void add(StepResult result) {
            run.addLoss(result.loss());
        }
    }
}
