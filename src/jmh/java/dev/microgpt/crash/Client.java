package dev.microgpt.crash;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.support.Api;

import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Calls at random, as the only one that changes some sessions, until there is no answer any more. After
/// a restart it looks at each of its sessions before it goes on.
final class Client {

    private static final int FEWEST = 2;
    private static final int MOST = 4;
    private static final int REMEMBERED = 20;

    /// Beyond these many steps a session starts anew, so that the control is fast.
    private static final int MOST_TENSOR_STEPS = 6000;

    private static final int MOST_SCALAR_STEPS = 2000;
    private static final String OTHER_NAMES = Api.SIX_NAMES + "\ngrace\nheidi";

    private final String name;
    private final SplittableRandom random;
    private final Tally tally;
    private final BooleanSupplier isEnding;
    private final Map<String, Ledger> ledgers = new LinkedHashMap<>();

    /// Names of the newest sessions that were deleted.
    private final List<String> gone = new ArrayList<>();

    private int made;

    /// @param isEnding whether the service may not answer
    Client(String name, SplittableRandom random, Tally tally, BooleanSupplier isEnding) {
        this.name = name;
        this.random = random;
        this.tally = tally;
        this.isEnding = isEnding;
    }

    // ---- after a restart

    /// Compares all sessions with what was answered.
    void check(Api api) {
        Recheck recheck = new Recheck(api, new Calls(api, tally), tally);
        for (Ledger ledger : List.copyOf(ledgers.values())) {
            guard(api, ledger, () -> recheck(recheck, ledger));
        }
        for (String deleted : gone) {
            int status = api.get("/sessions/" + deleted).status();
            if (status != 404) {
                tally.violation("session %s was deleted, but is %d".formatted(deleted, status));
            }
        }
    }

    private void recheck(Recheck recheck, Ledger ledger) {
        Recheck.Outcome outcome = recheck.check(ledger);
        if (!outcome.exists()) {
            forget(ledger);
        }
        Ledger child = outcome.child();
        if (child != null) {
            ledgers.put(child.name(), child);
            recheck.check(child);
        }
    }

    /// Waits for the ends of runs that go on.
    void awaitRuns(Api api, long deadline) {
        Recheck recheck = new Recheck(api, new Calls(api, tally), tally);
        for (Ledger ledger : List.copyOf(ledgers.values())) {
            guard(api, ledger, () -> recheck.awaitEnd(ledger, deadline));
        }
    }

    /// What goes wrong with a session is told once; then the session is dropped.
    private void guard(Api api, Ledger ledger, Runnable work) {
        try {
            work.run();
        } catch (UncheckedIOException | Unanswered e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            String what = e instanceof Violation ? String.valueOf(e.getMessage()) : trace(e);
            tally.violation(
                    "%s; %s; before: %s"
                            .formatted(what, ledger.control().options(), ledger.notes()));
            ledgers.remove(ledger.name());
            api.delete("/sessions/" + ledger.name());
        }
    }

    static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void forget(Ledger ledger) {
        ledgers.remove(ledger.name());
        gone.add(ledger.name());
        if (gone.size() > REMEMBERED) {
            gone.removeFirst();
        }
    }

    // ---- under load

    /// Calls until there is no answer.
    void load(Api api) {
        Calls calls = new Calls(api, tally);
        try {
            while (true) {
                act(api, calls);
            }
        } catch (UncheckedIOException | Unanswered e) {
            if (!isEnding.getAsBoolean()) {
                tally.violation(
                        "client %s got no answer from a service that runs: %s".formatted(name, e));
            }
        }
        for (Ledger ledger : ledgers.values()) {
            Asked asked = ledger.asked();
            if (asked != null) {
                tally.inFlight(asked.kind());
            }
        }
    }

    private void act(Api api, Calls calls) {
        int size = ledgers.size();
        if (size < FEWEST || (size < MOST && random.nextInt(30) == 0)) {
            Ledger ledger = new Ledger(newName(), fresh(Api.SIX_NAMES));
            ledgers.put(ledger.name(), ledger);
            guard(api, ledger, () -> calls.init(ledger));
            return;
        }
        Ledger ledger = List.copyOf(ledgers.values()).get(random.nextInt(size));
        guard(api, ledger, () -> act(calls, ledger));
    }

    private String newName() {
        return name + "-" + made++;
    }

    private Control fresh(String text) {
        boolean isTensor = random.nextInt(3) > 0;
        ModelOptions options =
                ModelOptions.builder()
                        .seed(random.nextInt(1_000_000))
                        .engine(isTensor ? EngineKind.TENSOR : EngineKind.SCALAR)
                        .random(random.nextBoolean() ? RandomKind.MULBERRY32 : RandomKind.PYTHON)
                        .nEmbd(isTensor ? 16 : 4)
                        .nHead(2)
                        .blockSize(8)
                        .batchSize(random.nextInt(4) == 0 ? 2 : 1)
                        .learningRate(learningRate())
                        .numSteps(100_000)
                        .build();
        return Control.fresh(options, text);
    }

    private double learningRate() {
        return random.nextDouble(0.001, 0.02);
    }

    private void act(Calls calls, Ledger ledger) {
        Ledger.Going run = ledger.run();
        if (run == null && isLong(ledger)) {
            beginAnew(calls, ledger);
        } else if (run == null) {
            actOnStill(calls, ledger);
        } else if (run.paused()) {
            actOnPaused(calls, ledger);
        } else {
            actOnGoing(calls, ledger);
        }
    }

    private static boolean isLong(Ledger ledger) {
        boolean isTensor = ledger.control().options().engine() == EngineKind.TENSOR;
        return ledger.promised() > (isTensor ? MOST_TENSOR_STEPS : MOST_SCALAR_STEPS);
    }

    private void actOnStill(Calls calls, Ledger ledger) {
        int dice = random.nextInt(100);
        if (dice < 30) {
            calls.step(ledger, random.nextInt(10) == 0 ? 500 : random.nextInt(1, 51));
        } else if (dice < 50) {
            calls.generate(ledger, random.nextInt(1, 4));
        } else if (dice < 55) {
            calls.generate(ledger, random.nextInt(1, 4), random.nextInt(1000));
        } else if (dice < 65) {
            calls.steer(ledger, learningRate());
        } else if (dice < 75) {
            fork(calls, ledger);
        } else if (dice < 80) {
            calls.compareLosses(ledger);
        } else if (dice < 94) {
            startRun(calls, ledger);
        } else {
            beginAnew(calls, ledger);
        }
    }

    private void startRun(Calls calls, Ledger ledger) {
        if (random.nextBoolean()) {
            calls.startRun(ledger, random.nextInt(50, 2001), null);
        } else {
            double perSecond = random.nextInt(50, 2000);
            calls.startRun(ledger, random.nextLong(50, 50 + (long) (2 * perSecond)), perSecond);
        }
    }

    private void actOnPaused(Calls calls, Ledger ledger) {
        int dice = random.nextInt(100);
        if (dice < 40) {
            calls.resume(ledger);
        } else if (dice < 55) {
            calls.cancel(ledger);
        } else if (dice < 75) {
            calls.generate(ledger, random.nextInt(1, 4));
        } else if (dice < 85) {
            calls.steer(ledger, learningRate());
        } else if (dice < 97) {
            fork(calls, ledger);
        } else {
            beginAnew(calls, ledger);
        }
    }

    private void actOnGoing(Calls calls, Ledger ledger) {
        int dice = random.nextInt(100);
        if (dice < 35) {
            lookAtRun(calls, ledger);
        } else if (dice < 52) {
            calls.pause(ledger);
        } else if (dice < 57) {
            calls.cancel(ledger);
        } else if (dice < 70) {
            calls.steer(ledger, learningRate());
        } else if (dice < 80) {
            calls.generate(ledger, 1);
        } else if (dice < 88) {
            fork(calls, ledger);
        } else if (dice < 96) {
            calls.compareLosses(ledger);
        } else {
            beginAnew(calls, ledger);
        }
    }

    /// That it has ended is promised by an answer that changes something, not by one that only shows it.
    private static void lookAtRun(Calls calls, Ledger ledger) {
        if (calls.run(ledger).path("state").asString().equals("succeeded")) {
            calls.cancel(ledger);
        }
    }

    private void fork(Calls calls, Ledger ledger) {
        if (ledgers.size() >= MOST) {
            calls.delete(ledger);
            forget(ledger);
            return;
        }
        Ledger child = calls.fork(ledger, newName(), forkStep(ledger));
        ledgers.put(child.name(), child);
    }

    /// An earlier step, or the present one.
    private @Nullable Long forkStep(Ledger ledger) {
        if (ledger.promised() == 0 || random.nextBoolean()) {
            return null;
        }
        long step = random.nextLong(ledger.promised());
        return ledger.control().knowsGenerator(step) ? (Long) step : null;
    }

    private void beginAnew(Calls calls, Ledger ledger) {
        Control control = ledger.control();
        String other = control.numDocs() == 6 ? OTHER_NAMES : Api.SIX_NAMES;
        switch (random.nextInt(3)) {
            case 0 -> {
                ModelOptions options = control.options();
                calls.load(
                        ledger,
                        Control.fresh(
                                options.withTraining(
                                        control.learningRate(),
                                        options.numSteps(),
                                        options.batchSize()),
                                other));
            }
            case 1 -> calls.initAgain(ledger, fresh(other));
            default -> deleteAndInit(calls, ledger);
        }
    }

    private void deleteAndInit(Calls calls, Ledger ledger) {
        calls.delete(ledger);
        forget(ledger);
        gone.remove(ledger.name());
        Ledger again = new Ledger(ledger.name(), fresh(Api.SIX_NAMES));
        ledgers.put(again.name(), again);
        calls.init(again);
    }
}
