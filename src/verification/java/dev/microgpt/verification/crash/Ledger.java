package dev.microgpt.verification.crash;

import dev.microgpt.verification.support.ReferenceSession;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/// What a client knows about one session: the state that responses have confirmed, and the call that was
/// pending when the process was killed. No other client changes the session.
final class Ledger {

    private static final int MAX_NOTES = 40;

    /// A run that is not known to have ended.
    ///
    /// @param firstStep the step at which it started
    /// @param steps how many steps it makes
    /// @param paused whether a response has confirmed that it is paused
    record ActiveRun(long id, long firstStep, long steps, boolean paused) {

        long lastStep() {
            return firstStep + steps;
        }

        ActiveRun withPaused(boolean isPaused) {
            return new ActiveRun(id, firstStep, steps, isPaused);
        }
    }

    private final String name;
    private ReferenceSession reference;

    /// The latest step on which a response was based: it must never be lost.
    private long confirmedStep;

    private @Nullable ActiveRun run;
    private @Nullable PendingCall pending;
    private long newestRunId;

    /// The latest calls and findings, for finding the cause of a violation.
    private final ArrayDeque<String> notes = new ArrayDeque<>();

    /// The final states of the runs by their ids; several states where the outcome is unknown.
    private final Map<Long, String> endStates = new TreeMap<>();

    Ledger(String name, ReferenceSession reference) {
        this.name = name;
        this.reference = reference;
        confirmedStep = reference.step();
    }

    String name() {
        return name;
    }

    ReferenceSession reference() {
        return reference;
    }

    long confirmedStep() {
        return confirmedStep;
    }

    void confirmStep(long step) {
        note("is at step " + step);
        confirmedStep = step;
    }

    @Nullable ActiveRun run() {
        return run;
    }

    /// Returns whether no run is making steps.
    boolean isIdle() {
        ActiveRun active = run;
        return active == null || active.paused();
    }

    /// Returns the last step that the session may have reached without a pending call.
    long maxStep() {
        ActiveRun active = run;
        return active == null || active.paused() ? confirmedStep : active.lastStep();
    }

    @Nullable PendingCall pending() {
        return pending;
    }

    /// Records that a call was sent, or that its response has arrived.
    ///
    /// @param call null once the response has arrived
    void setPending(@Nullable PendingCall call) {
        note(call == null ? "answered" : call.toString());
        pending = call;
    }

    void note(String note) {
        notes.add(note);
        if (notes.size() > MAX_NOTES) {
            notes.remove();
        }
    }

    /// Returns the notes, oldest first.
    String notes() {
        return String.join(", ", notes);
    }

    long newestRunId() {
        return newestRunId;
    }

    Map<Long, String> endStates() {
        return endStates;
    }

    void runStarted(long id, long steps) {
        newestRunId = id;
        note("run %d of %d steps is active".formatted(id, steps));
        run = new ActiveRun(id, confirmedStep, steps, false);
    }

    void setRunPaused(boolean isPaused) {
        ActiveRun active = run;
        note(isPaused ? "paused" : "running");
        run = active == null ? null : active.withPaused(isPaused);
    }

    /// Records that the active run, if there is one, has ended in a final state.
    void runEnded(String state) {
        ActiveRun active = run;
        if (active != null) {
            note("run %d %s".formatted(active.id(), state));
            endStates.put(active.id(), state);
        }
        run = null;
    }

    /// Records that the session was reinitialized. Its runs are kept.
    void reinitialized(ReferenceSession fresh) {
        runEnded(isIdle() ? "cancelled" : "cancelled or succeeded");
        reference = fresh;
        confirmedStep = 0;
    }
}
