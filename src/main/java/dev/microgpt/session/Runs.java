package dev.microgpt.session;

import dev.microgpt.engine.LossHistory;
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

    private final ActiveSession session;
    private final Deque<Run> runs = new ConcurrentLinkedDeque<>(); // newest last
    private volatile @Nullable Run active;

    /// That carries the active run on; others are left from before a pause. Confined to the lane.
    private @Nullable Leg leg;

    Runs(ActiveSession session) {
        this.session = session;
    }

    /// The run that has not ended.
    @Nullable Run active() {
        return active;
    }

    /// Whether steps are being made for a run, or will be.
    boolean isGoing() {
        Run run = active;
        return run != null && run.state() != RunState.PAUSED;
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
        Run run = known(id);
        if (run == null) {
            throw new SessionException(
                    ErrorCode.NOT_FOUND,
                    "session '%s' has no run %d".formatted(session.name(), id),
                    "id",
                    String.valueOf(id));
        }
        return run;
    }

    private @Nullable Run known(long id) {
        for (Run run : runs) {
            if (run.id() == id) {
                return run;
            }
        }
        return null;
    }

    // ---- on the lane

    /// As they are to be kept.
    List<SavedRun> saved() {
        return runs.stream().map(Run::saved).toList();
    }

    /// Takes in a run as it was kept, or what became of it.
    ///
    /// @param losses of the session up to then
    void restore(SavedRun saved, LossHistory losses) {
        Run run = known(saved.id());
        if (run == null) {
            long newest = Math.min(saved.stepsDone(), Run.WINDOW);
            run =
                    new Run(
                            saved,
                            saved.state().isEnd() ? new double[0] : losses.newest((int) newest));
            add(run);
        } else {
            run.become(saved);
        }
        active = run.isActive() ? run : null;
    }

    /// A step of the active run, if there is one, was made once more.
    void remade(double loss) {
        Run run = active;
        if (run != null) {
            run.addLoss(loss);
        }
    }

    /// Lets the active run go on where it was when the process ended.
    void goOn() {
        Run run = active;
        if (run != null && run.state() != RunState.PAUSED) {
            run.become(RunState.QUEUED);
            goOn(run);
        }
    }

    /// Lets the active run stand.
    void pause() {
        Run run = active;
        if (run != null && run.state() != RunState.PAUSED) {
            run.become(RunState.PAUSED);
            session.record(SessionEvent.Kind.PAUSED, run);
        }
    }

    Run start(RunCall call) {
        requireNone();
        Run last = runs.peekLast();
        Run run = new Run(last == null ? 1 : last.id() + 1, call);
        add(run);
        active = run;
        session.record(SessionEvent.Kind.STARTED, run);
        goOn(run);
        return run;
    }

    private void add(Run run) {
        runs.add(run);
        if (runs.size() > KEPT) {
            runs.remove();
        }
    }

    void resume(Run run) {
        if (run.state() == RunState.PAUSED) {
            run.become(RunState.QUEUED);
            session.record(SessionEvent.Kind.RESUMED, run);
            goOn(run);
        }
    }

    private void goOn(Run run) {
        leg = new Leg(run);
        queue(leg);
    }

    /// A leg tells its run how it ends.
    private void queue(Leg next) {
        session.train(next);
    }

    /// Does what a run was asked for, between two slices.
    void obey(Run run) {
        if (!run.isActive()) {
            return;
        }
        switch (run.request()) {
            case NONE -> {}
            case PAUSE -> {
                boolean isNew = run.state() != RunState.PAUSED;
                run.become(RunState.PAUSED);
                if (isNew) {
                    session.record(SessionEvent.Kind.PAUSED, run);
                }
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
            session.record(SessionEvent.Kind.valueOf(how.name()), run);
        }
    }

    /// The session is deleted: the slice at hand is the last.
    void askAllToCancel() {
        runs.forEach(run -> run.ask(Run.Request.CANCEL));
    }

    /// The steps of a run from when it starts or is resumed to when it pauses or ends. Waiting for a
    /// speed limit ends them too, so that nothing is queued meanwhile.
    private final class Leg implements Work<Run>, Steps {

        private final Run run;

        Leg(Run run) {
            this.run = run;
        }

        @Override
        public @Nullable Run slice(ActiveSession active, long deadline) {
            obey(run);
            if (this != leg || run != Runs.this.active || run.state() == RunState.PAUSED) {
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
