package dev.microgpt.crash;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Compares sessions after a restart with what was answered before, and finds out what became of the
/// calls that were not answered.
final class Recheck {

    private static final List<String> GOING = List.of("queued", "running");
    private static final int TEXTS = 2;
    private static final Corpus.Limits LIMITS = new Corpus.Limits(1 << 20, 1000, 1000);

    private final Api api;
    private final Calls calls;
    private final Tally tally;

    Recheck(Api api, Calls calls, Tally tally) {
        this.api = api;
        this.calls = calls;
        this.tally = tally;
    }

    /// @param child that a fork in flight has made
    record Outcome(boolean exists, @Nullable Ledger child) {}

    /// @throws Violation if the service has not kept what it promised
    Outcome check(Ledger ledger) {
        Asked asked = ledger.asked();
        ledger.note("RESTART");
        Reply view = api.get("/sessions/" + ledger.name());
        if (view.status() == 404
                && (asked instanceof Asked.Delete || asked instanceof Asked.Init)) {
            found(asked, asked instanceof Asked.Delete);
            return new Outcome(false, null);
        }
        JsonNode shown = view.ok();
        overwritten(ledger, asked, shown);
        steering(ledger, asked, shown);
        long before = ledger.promised(); // a run that went on may have ended meanwhile
        runs(ledger, asked, calls.get(ledger, "/runs").path("runs"));
        if (asked instanceof Asked.Init || asked instanceof Asked.Delete) {
            found(asked, asked instanceof Asked.Init);
        }
        model(ledger, asked, before);
        calls.compareLosses(ledger);
        Ledger child = asked instanceof Asked.Fork fork ? child(ledger, fork, before) : null;
        ledger.asks(null);
        if (ledger.isStill()) {
            calls.generate(ledger, TEXTS);
        }
        return new Outcome(true, child);
    }

    private void found(Asked asked, boolean happened) {
        tally.found(asked.kind() + " in flight had" + (happened ? "" : " not") + " happened");
    }

    private void overwritten(Ledger ledger, @Nullable Asked asked, JsonNode view) {
        if (asked instanceof Asked.Overwrite(Control fresh)) {
            boolean happened = view.path("numDocs").intValue() == fresh.numDocs();
            found(asked, happened);
            if (happened) {
                ledger.begunAnew(fresh);
            }
        }
    }

    // ---- runs

    private void runs(Ledger ledger, @Nullable Asked asked, JsonNode runs) {
        started(ledger, asked, runs);
        for (JsonNode run : runs) {
            long id = run.path("id").longValue();
            String state = run.path("state").asString();
            Calls.requireBetween(ledger, "number of a run", 1, id, ledger.newestRun());
            Calls.requireBetween(
                    ledger,
                    "steps of run " + id,
                    0,
                    run.path("stepsDone").longValue(),
                    run.path("steps").longValue());
            String end = ledger.ends().get(id);
            if (end != null && !end.contains(state)) {
                throw new Violation(ledger.name(), "run " + id, end, state);
            }
        }
        Ledger.Going going = ledger.run();
        if (going != null) {
            going(ledger, asked, going, find(ledger, runs, going.id()));
        }
    }

    private static JsonNode find(Ledger ledger, JsonNode runs, long id) {
        return runs.valueStream()
                .filter(run -> run.path("id").longValue() == id)
                .findFirst()
                .orElseThrow(() -> new Violation(ledger.name(), "run " + id, "there", runs));
    }

    /// A run whose start was in flight.
    private void started(Ledger ledger, @Nullable Asked asked, JsonNode runs) {
        if (asked instanceof Asked.StartRun(long steps)) {
            JsonNode newest = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            boolean happened =
                    newest != null && newest.path("id").longValue() == ledger.newestRun() + 1;
            found(asked, happened);
            if (happened) {
                ledger.started(ledger.newestRun() + 1, steps);
            }
        }
    }

    /// The run that had not ended.
    private void going(Ledger ledger, @Nullable Asked asked, Ledger.Going run, JsonNode seen) {
        String state = seen.path("state").asString();
        if (asked instanceof Asked.Pause
                || asked instanceof Asked.Resume
                || asked instanceof Asked.Cancel) {
            tally.found("%s in flight: run was %s".formatted(asked.kind(), state));
        }
        boolean mayGo = !run.paused() || asked instanceof Asked.Resume;
        boolean mayStand = run.paused() || asked instanceof Asked.Pause;
        if (GOING.contains(state) && mayGo) {
            ledger.paused(false);
        } else if (state.equals("paused") && mayStand) {
            long before = ledger.promised();
            Calls.stands(ledger, seen);
            if (run.paused() && ledger.promised() != before) {
                throw new Violation(ledger.name(), "paused run", before, ledger.promised());
            }
        } else if ((state.equals("succeeded") && mayGo)
                || (state.equals("cancelled") && asked instanceof Asked.Cancel)) {
            Calls.ended(ledger, seen);
        } else {
            throw new Violation(ledger.name(), "state after " + asked, run, seen);
        }
        tally.found("run was " + state);
    }

    /// Waits until the run has made all its steps, and compares them.
    void awaitEnd(Ledger ledger, long deadline) {
        while (!ledger.isStill()) {
            JsonNode run = calls.run(ledger);
            if (!GOING.contains(run.path("state").asString())) {
                Calls.ended(ledger, run);
            } else if (System.nanoTime() > deadline) {
                throw new Violation(ledger.name(), "run", "its end", run);
            } else {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    // ---- the model

    private void steering(Ledger ledger, @Nullable Asked asked, JsonNode view) {
        double rate = view.path("options").path("learningRate").doubleValue();
        if (asked instanceof Asked.Steer(double learningRate)) {
            found(asked, rate == learningRate);
            if (rate == learningRate) {
                JsonNode schedule = calls.get(ledger, "/history").path("schedule");
                long from = schedule.get(schedule.size() - 1).path("fromStep").longValue();
                Calls.steered(ledger, from, learningRate);
                return;
            }
        }
        if (rate != ledger.control().learningRate()) {
            throw new Violation(
                    ledger.name(), "learning rate", ledger.control().learningRate(), rate);
        }
    }

    private void model(Ledger ledger, @Nullable Asked asked, long before) {
        Checkpoint seen = checkpoint(ledger);
        long inFlight = asked instanceof Asked.Step(int count) ? count : 0;
        Calls.requireBetween(
                ledger, "step", ledger.promised(), seen.step(), ledger.most() + inFlight);
        if (asked instanceof Asked.Step) {
            long made = seen.step() - ledger.promised();
            tally.found(
                    "Step in flight had happened "
                            + (made == 0 ? "not at all" : made == inFlight ? "wholly" : "partly"));
        }
        if (asked instanceof Asked.Generate(int count)) {
            drawn(ledger, count, before, seen);
        }
        String difference = ledger.control().differs(seen);
        if (difference != null) {
            throw new Violation(
                    ledger.name(),
                    "model at step %d after %s".formatted(seen.step(), asked),
                    "that of the control",
                    difference);
        }
        if (ledger.isStill()) {
            ledger.promise(seen.step());
        }
    }

    private void drawn(Ledger ledger, int count, long from, Checkpoint seen) {
        int drawn = ledger.control().drewPerhaps(count, from, seen.step(), seen.random());
        if (drawn < 0) {
            throw new Violation(
                    ledger.name(), "draws in flight", "0 to " + count, "another generator");
        }
        tally.found(
                "Generate in flight had drawn "
                        + (drawn == 0 ? "nothing" : drawn == count ? "all" : "some"));
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

    /// The session that a fork in flight has perhaps made.
    private @Nullable Ledger child(Ledger ledger, Asked.Fork fork, long least) {
        Reply reply = api.get("/sessions/" + fork.child());
        boolean happened = reply.status() != 404;
        found(fork, happened);
        if (!happened) {
            return null;
        }
        long step = reply.ok().path("step").longValue();
        return Calls.forked(ledger, fork, least, step);
    }
}
