package dev.microgpt.session.run;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// The runs of a session, of which at most one has not ended. Confined to the thread of the session's actor.
public final class Runs {

    /// Number of runs to keep.
    private static final int MAX_RUNS = 100;

    private final ArrayDeque<Run> runs = new ArrayDeque<>(); // newest last
    private @Nullable Run current;
    private @Nullable List<RunView> ended;

    /// Returns the run that has not ended; null if there is none.
    public @Nullable Run current() {
        return current;
    }

    /// Returns whether a run has steps to make now.
    public boolean isActive() {
        return current != null && current.state().isActive();
    }

    /// Checks that all runs have ended.
    ///
    /// @throws SessionException `busy` if a run has not ended
    public void requireNone() {
        if (current != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "run "
                            + current.id()
                            + " of this session is "
                            + current.state().name().toLowerCase(Locale.ROOT)
                            + ": wait until it ends, or cancel it");
        }
    }

    /// Returns the newest runs, oldest first.
    public List<RunView> views() {
        List<RunView> views = new ArrayList<>(endedViews());
        if (current != null) {
            views.add(current.view());
        }
        return Collections.unmodifiableList(views);
    }

    /// Cached for many slices, as runs that have ended never change.
    private List<RunView> endedViews() {
        if (ended == null) {
            ended = runs.stream().filter(run -> run.state().isEnd()).map(Run::view).toList();
        }
        return ended;
    }

    /// Returns snapshots of the runs, oldest first.
    public List<RunSnapshot> snapshots() {
        return runs.stream().map(Run::snapshot).toList();
    }

    /// Returns the run with an id.
    ///
    /// @throws SessionException `not_found`
    public Run find(long id) {
        Run run = findOrNull(id);
        if (run == null) {
            throw notFound(id);
        }
        return run;
    }

    public static SessionException notFound(long id) {
        return new SessionException(
                ErrorCode.NOT_FOUND, "the session has no run " + id, "id", String.valueOf(id));
    }

    private @Nullable Run findOrNull(long id) {
        return runs.stream().filter(run -> run.id() == id).findFirst().orElse(null);
    }

    /// Adds a run from a snapshot, or updates a known run to a later snapshot.
    ///
    /// @param losses the losses of the session up to the snapshot
    public void apply(RunSnapshot snapshot, LossHistory losses, long nanos) {
        Run run = findOrNull(snapshot.id());
        if (run == null) {
            int newest = (int) Math.min(snapshot.stepsDone(), Run.WINDOW);
            run =
                    new Run(
                            snapshot,
                            snapshot.state().isEnd() ? new double[0] : losses.newest(newest),
                            nanos);
            add(run);
        } else {
            run.apply(snapshot);
        }
        current = snapshot.state().isEnd() ? null : run;
        ended = null;
    }

    /// Starts a run.
    ///
    /// @throws SessionException `busy` if another run has not ended
    public Run start(RunCall call, Instant now, long nanos) {
        requireNone();
        Run last = runs.peekLast();
        Run run = new Run(last == null ? 1 : last.id() + 1, call, now, nanos);
        add(run);
        current = run;
        return run;
    }

    private void add(Run run) {
        runs.add(run);
        if (runs.size() > MAX_RUNS) {
            runs.remove();
            ended = null;
        }
    }

    /// Ends a run.
    ///
    /// @param why the reason, for the reader
    public void end(Run run, RunState.Trigger trigger, String why, Instant now) {
        run.end(trigger, why, now);
        if (run.equals(current) && run.state().isEnd()) {
            current = null;
            ended = null;
        }
    }
}
