package dev.microgpt.crash;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/// What a client knows of one session: what was answered, and what was asked when the process was gone.
/// The client is the only one that changes the session.
final class Ledger {

    private static final int NOTES = 40;

    /// A run that has not ended, as far as is known.
    ///
    /// @param base the step at which it started
    /// @param paused whether it was answered that it is
    record Going(long id, long base, long steps, boolean paused) {

        long last() {
            return base + steps;
        }

        Going withPaused(boolean isPaused) {
            return new Going(id, base, steps, isPaused);
        }
    }

    private final String name;
    private Control control;

    /// The step that some answer builds on: it is never gone again.
    private long promised;

    private @Nullable Going run;
    private @Nullable Asked asked;
    private long newestRun;

    /// The newest of what was asked and became known, for who has to find out why something is wrong.
    private final ArrayDeque<String> notes = new ArrayDeque<>();

    /// How the runs have ended, by their numbers; several states where it is not known.
    private final Map<Long, String> ends = new TreeMap<>();

    Ledger(String name, Control control) {
        this.name = name;
        this.control = control;
        promised = control.step();
    }

    String name() {
        return name;
    }

    Control control() {
        return control;
    }

    long promised() {
        return promised;
    }

    void promise(long step) {
        note("is at step " + step);
        promised = step;
    }

    @Nullable Going run() {
        return run;
    }

    /// Whether no steps are made in the background.
    boolean isStill() {
        Going now = run;
        return now == null || now.paused();
    }

    /// The step that it may have reached without a call in flight.
    long most() {
        Going now = run;
        return now == null || now.paused() ? promised : now.last();
    }

    @Nullable Asked asked() {
        return asked;
    }

    void asks(@Nullable Asked what) {
        note(what == null ? "answered" : what.toString());
        asked = what;
    }

    void note(String what) {
        notes.add(what);
        if (notes.size() > NOTES) {
            notes.remove();
        }
    }

    /// What went before, oldest first.
    String notes() {
        return String.join(", ", notes);
    }

    long newestRun() {
        return newestRun;
    }

    Map<Long, String> ends() {
        return ends;
    }

    void started(long id, long steps) {
        newestRun = id;
        note("run %d of %d steps goes on".formatted(id, steps));
        run = new Going(id, promised, steps, false);
    }

    void paused(boolean isPaused) {
        Going now = run;
        note(isPaused ? "paused" : "goes on");
        run = now == null ? null : now.withPaused(isPaused);
    }

    /// The run has ended, for good.
    void ended(String state) {
        Going now = run;
        if (now != null) {
            note("run %d %s".formatted(now.id(), state));
            ends.put(now.id(), state);
        }
        run = null;
    }

    /// The session has begun anew; its runs are remembered.
    void begunAnew(Control fresh) {
        ended(isStill() ? "cancelled" : "cancelled or succeeded");
        control = fresh;
        promised = 0;
    }
}
