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

/// The runs of a session, of which one at most has not ended. Plain state: the session's actor alone
/// touches it.
public final class Runs {

    /// So many are remembered.
    private static final int KEPT = 100;

    private final ArrayDeque<Run> runs = new ArrayDeque<>(); // newest last
    private @Nullable Run current;
    private @Nullable List<RunView> ended;

    /// The run that has not ended.
    public @Nullable Run current() {
        return current;
    }

    /// Whether steps are to be made for a run.
    public boolean isActive() {
        return current != null && current.state().isActive();
    }

    /// @throws SessionException `busy` if a run has not ended
    public void requireNone() {
        if (current != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "run "
                            + current.id()
                            + " of this session is "
                            + current.state().name().toLowerCase(Locale.ROOT)
                            + ": wait for its end, or cancel it");
        }
    }

    /// The newest, oldest first.
    public List<RunView> views() {
        List<RunView> views = new ArrayList<>(endedViews());
        if (current != null) {
            views.add(current.view());
        }
        return Collections.unmodifiableList(views);
    }

    /// Made once for many slices: what has ended changes no more.
    private List<RunView> endedViews() {
        if (ended == null) {
            ended = runs.stream().filter(run -> run.state().isEnd()).map(Run::view).toList();
        }
        return ended;
    }

    /// As they are to be stored, oldest first.
    public List<RunSnapshot> saved() {
        return runs.stream().map(Run::saved).toList();
    }

    /// @throws SessionException `not_found`
    public Run find(long id) {
        Run run = known(id);
        if (run == null) {
            throw notFound(id);
        }
        return run;
    }

    public static SessionException notFound(long id) {
        return new SessionException(
                ErrorCode.NOT_FOUND, "the session has no run " + id, "id", String.valueOf(id));
    }

    private @Nullable Run known(long id) {
        return runs.stream().filter(run -> run.id() == id).findFirst().orElse(null);
    }

    /// Takes in a run as it was stored, or what became of it.
    ///
    /// @param losses of the session up to then
    public void restore(RunSnapshot saved, LossHistory losses, long nanos) {
        Run run = known(saved.id());
        if (run == null) {
            int newest = (int) Math.min(saved.stepsDone(), Run.WINDOW);
            run =
                    new Run(
                            saved,
                            saved.state().isEnd() ? new double[0] : losses.newest(newest),
                            nanos);
            add(run);
        } else {
            run.restore(saved);
        }
        current = saved.state().isEnd() ? null : run;
        ended = null;
    }

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
        if (runs.size() > KEPT) {
            runs.remove();
            ended = null;
        }
    }

    /// Ends the current run.
    public void end(Run run, RunState.Trigger trigger, String why, Instant now) {
        run.end(trigger, why, now);
        if (run.equals(current) && run.state().isEnd()) {
            current = null;
            ended = null;
        }
    }
}
