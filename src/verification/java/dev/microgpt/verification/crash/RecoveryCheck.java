package dev.microgpt.verification.crash;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.support.ReferenceSession;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Compares sessions after a restart with their ledgers, and determines the outcome of the calls that were
/// pending when the process was killed.
final class RecoveryCheck {

    private static final List<String> ACTIVE_STATES = List.of("queued", "running");
    private static final int TEXTS_TO_GENERATE = 2;
    private static final Corpus.Limits LIMITS = new Corpus.Limits(1 << 20, 1000, 1000);

    private final Api api;
    private final SessionCalls calls;
    private final Tally tally;

    RecoveryCheck(Api api, SessionCalls calls, Tally tally) {
        this.api = api;
        this.calls = calls;
        this.tally = tally;
    }

    /// @param exists whether the session still exists
    /// @param child the session that a pending fork has created
    record Outcome(boolean exists, @Nullable Ledger child) {}

    /// Checks a session, and updates its ledger.
    ///
    /// @throws Violation if the service lost or changed something that it had confirmed
    Outcome check(Ledger ledger) {
        PendingCall pending = ledger.pending();
        ledger.note("RESTART");
        Reply response = api.get("/sessions/" + ledger.name());
        if (response.status() == 404
                && (pending instanceof PendingCall.Delete || pending instanceof PendingCall.Init)) {
            countOutcome(pending, pending instanceof PendingCall.Delete);
            return new Outcome(false, null);
        }
        JsonNode view = response.ok();
        checkOverwrite(ledger, pending, view);
        checkContinuation(ledger, pending, view);
        checkLearningRate(ledger, pending, view);
        long before = ledger.confirmedStep(); // checkRuns confirms more if a run has ended
        checkRuns(ledger, pending, calls.get(ledger, "/runs").path("runs"));
        if (pending instanceof PendingCall.Init || pending instanceof PendingCall.Delete) {
            countOutcome(pending, pending instanceof PendingCall.Init);
        }
        checkModel(ledger, pending, before);
        calls.compareLosses(ledger);
        Ledger child =
                pending instanceof PendingCall.Fork fork ? findChild(ledger, fork, before) : null;
        ledger.setPending(null);
        if (ledger.isIdle()) {
            calls.generate(ledger, TEXTS_TO_GENERATE);
        }
        return new Outcome(true, child);
    }

    private void countOutcome(PendingCall pending, boolean tookEffect) {
        tally.found(
                pending.kind() + " in flight had" + (tookEffect ? "" : " not") + " taken effect");
    }

    private void checkOverwrite(Ledger ledger, @Nullable PendingCall pending, JsonNode view) {
        if (pending instanceof PendingCall.Overwrite(ReferenceSession fresh)) {
            boolean tookEffect = view.path("numDocs").intValue() == fresh.numDocs();
            countOutcome(pending, tookEffect);
            if (tookEffect) {
                ledger.reinitialized(fresh);
            }
        }
    }

    private void checkContinuation(Ledger ledger, @Nullable PendingCall pending, JsonNode view) {
        if (pending instanceof PendingCall.Continue(String text)) {
            boolean tookEffect = view.path("numDocs").intValue() != ledger.reference().numDocs();
            countOutcome(pending, tookEffect);
            if (tookEffect) {
                SessionCalls.continued(ledger, text);
            }
        }
    }

    // ---- runs

    private void checkRuns(Ledger ledger, @Nullable PendingCall pending, JsonNode runs) {
        checkStartedRun(ledger, pending, runs);
        for (JsonNode run : runs) {
            long id = run.path("id").longValue();
            String state = run.path("state").asString();
            SessionCalls.requireBetween(ledger, "id of a run", 1, id, ledger.newestRunId());
            SessionCalls.requireBetween(
                    ledger,
                    "steps of run " + id,
                    0,
                    run.path("stepsDone").longValue(),
                    run.path("steps").longValue());
            String end = ledger.endStates().get(id);
            if (end != null && !end.contains(state)) {
                throw new Violation(ledger.name(), "run " + id, end, state);
            }
        }
        Ledger.ActiveRun active = ledger.run();
        if (active != null) {
            checkActiveRun(ledger, pending, active, find(ledger, runs, active.id()));
        }
    }

    private static JsonNode find(Ledger ledger, JsonNode runs, long id) {
        return runs.valueStream()
                .filter(run -> run.path("id").longValue() == id)
                .findFirst()
                .orElseThrow(
                        () ->
                                new Violation(
                                        ledger.name(), "run " + id, "in the list of runs", runs));
    }

    /// Determines whether a pending start of a run took effect.
    private void checkStartedRun(Ledger ledger, @Nullable PendingCall pending, JsonNode runs) {
        if (pending instanceof PendingCall.StartRun(long steps)) {
            JsonNode newest = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            boolean tookEffect =
                    newest != null && newest.path("id").longValue() == ledger.newestRunId() + 1;
            countOutcome(pending, tookEffect);
            if (tookEffect) {
                ledger.runStarted(ledger.newestRunId() + 1, steps);
            }
        }
    }

    /// Checks the run that was not known to have ended.
    private void checkActiveRun(
            Ledger ledger, @Nullable PendingCall pending, Ledger.ActiveRun run, JsonNode actual) {
        String state = actual.path("state").asString();
        if (pending instanceof PendingCall.Pause
                || pending instanceof PendingCall.Resume
                || pending instanceof PendingCall.Cancel) {
            tally.found("%s in flight: run was %s".formatted(pending.kind(), state));
        }
        boolean mayBeRunning = !run.paused() || pending instanceof PendingCall.Resume;
        boolean mayBePaused = run.paused() || pending instanceof PendingCall.Pause;
        if (ACTIVE_STATES.contains(state) && mayBeRunning) {
            ledger.setRunPaused(false);
        } else if (state.equals("paused") && mayBePaused) {
            long before = ledger.confirmedStep();
            SessionCalls.runPaused(ledger, actual);
            if (run.paused() && ledger.confirmedStep() != before) {
                throw new Violation(ledger.name(), "paused run", before, ledger.confirmedStep());
            }
        } else if ((state.equals("succeeded") && mayBeRunning)
                || (state.equals("cancelled") && pending instanceof PendingCall.Cancel)) {
            SessionCalls.runEnded(ledger, actual);
        } else {
            throw new Violation(ledger.name(), "state after " + pending, run, actual);
        }
        tally.found("run was " + state);
    }

    /// Waits until the active run has ended, and confirms its steps.
    void awaitEnd(Ledger ledger, long deadline) {
        while (!ledger.isIdle()) {
            JsonNode run = calls.run(ledger);
            if (!ACTIVE_STATES.contains(run.path("state").asString())) {
                SessionCalls.runEnded(ledger, run);
            } else if (System.nanoTime() > deadline) {
                throw new Violation(ledger.name(), "run", "an end before the deadline", run);
            } else {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    // ---- the model

    private void checkLearningRate(Ledger ledger, @Nullable PendingCall pending, JsonNode view) {
        double rate = view.path("options").path("learningRate").doubleValue();
        if (pending instanceof PendingCall.Steer(double learningRate)) {
            countOutcome(pending, rate == learningRate);
            if (rate == learningRate) {
                JsonNode schedule = calls.get(ledger, "/history").path("schedule");
                long from = schedule.get(schedule.size() - 1).path("fromStep").longValue();
                SessionCalls.steered(ledger, from, learningRate);
                return;
            }
        }
        if (rate != ledger.reference().learningRate()) {
            throw new Violation(
                    ledger.name(), "learning rate", ledger.reference().learningRate(), rate);
        }
    }

    private void checkModel(Ledger ledger, @Nullable PendingCall pending, long before) {
        Checkpoint actual = checkpoint(ledger);
        long inFlight = pending instanceof PendingCall.Step(int count) ? count : 0;
        SessionCalls.requireBetween(
                ledger, "step", ledger.confirmedStep(), actual.step(), ledger.maxStep() + inFlight);
        if (pending instanceof PendingCall.Step) {
            long made = actual.step() - ledger.confirmedStep();
            tally.found(
                    "Step in flight had made "
                            + (made == 0 ? "no" : made == inFlight ? "all" : "some")
                            + " steps");
        }
        if (pending instanceof PendingCall.Generate(int count)) {
            checkDraws(ledger, count, before, actual);
        }
        String difference = ledger.reference().difference(actual);
        if (difference != null) {
            throw new Violation(
                    ledger.name(),
                    "model at step %d after %s".formatted(actual.step(), pending),
                    "that of the reference",
                    difference);
        }
        if (ledger.isIdle()) {
            ledger.confirmStep(actual.step());
        }
    }

    private void checkDraws(Ledger ledger, int count, long from, Checkpoint actual) {
        int drawn = ledger.reference().countDraws(count, from, actual.step(), actual.random());
        if (drawn < 0) {
            throw new Violation(
                    ledger.name(),
                    "texts drawn in flight",
                    "0 to " + count,
                    "another generator state");
        }
        tally.found(
                "Generate in flight had drawn "
                        + (drawn == 0 ? "no" : drawn == count ? "all" : "some")
                        + " texts");
    }

    private Checkpoint checkpoint(Ledger ledger) {
        byte[] file = calls.checkpoint(ledger);
        try {
            return CheckpointReader.read(
                    new ByteArrayInputStream(file),
                    new CheckpointReader.Given(null, null, null),
                    LIMITS,
                    (_, _, _) -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the ledger of the session that a pending fork has created; null if it did not take effect.
    private @Nullable Ledger findChild(Ledger ledger, PendingCall.Fork fork, long min) {
        Reply reply = api.get("/sessions/" + fork.child());
        boolean tookEffect = reply.status() != 404;
        countOutcome(fork, tookEffect);
        if (!tookEffect) {
            return null;
        }
        long step = reply.ok().path("step").longValue();
        return SessionCalls.forked(ledger, fork, min, step);
    }
}
