package dev.microgpt.verification.crash;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.support.Api;
import dev.microgpt.verification.support.ReferenceSession;

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

/// Makes random calls to its own sessions until the service no longer responds. After a restart it checks
/// each of its sessions before it makes more calls.
final class RandomClient {

    private static final int MIN_SESSIONS = 2;
    private static final int MAX_SESSIONS = 4;
    private static final int MAX_DELETED = 20;

    /// A session with more steps is reinitialized, so that its reference stays fast.
    private static final int MAX_TENSOR_STEPS = 6000;

    private static final int MAX_SCALAR_STEPS = 2000;
    private static final String OTHER_NAMES = Api.SIX_NAMES + "\ngrace\nheidi";

    /// To continue with; the second has characters that the others lack.
    private static final List<String> MORE_NAMES =
            List.of(OTHER_NAMES + "\nivan", OTHER_NAMES + "\nzo\u00eb\npe\u00f1a");

    private final String name;
    private final SplittableRandom random;
    private final Tally tally;
    private final BooleanSupplier isEnding;
    private final Map<String, Ledger> ledgers = new LinkedHashMap<>();

    /// Names of the sessions that were deleted last.
    private final List<String> deletedNames = new ArrayList<>();

    private int created;

    /// @param isEnding whether the service is being stopped, so that calls may fail
    RandomClient(String name, SplittableRandom random, Tally tally, BooleanSupplier isEnding) {
        this.name = name;
        this.random = random;
        this.tally = tally;
        this.isEnding = isEnding;
    }

    // ---- after a restart

    /// Compares all sessions with their ledgers.
    void check(Api api) {
        RecoveryCheck recovery = new RecoveryCheck(api, new SessionCalls(api, tally), tally);
        for (Ledger ledger : List.copyOf(ledgers.values())) {
            guard(api, ledger, () -> check(recovery, ledger));
        }
        for (String deleted : deletedNames) {
            int status = api.get("/sessions/" + deleted).status();
            if (status != 404) {
                tally.violation(
                        "session %s was deleted, but its status is %d".formatted(deleted, status));
            }
        }
    }

    private void check(RecoveryCheck recovery, Ledger ledger) {
        RecoveryCheck.Outcome outcome = recovery.check(ledger);
        if (!outcome.exists()) {
            forget(ledger);
        }
        Ledger child = outcome.child();
        if (child != null) {
            ledgers.put(child.name(), child);
            recovery.check(child);
        }
    }

    /// Waits until all active runs have ended.
    void awaitRuns(Api api, long deadline) {
        RecoveryCheck recovery = new RecoveryCheck(api, new SessionCalls(api, tally), tally);
        for (Ledger ledger : List.copyOf(ledgers.values())) {
            guard(api, ledger, () -> recovery.awaitEnd(ledger, deadline));
        }
    }

    /// Does some work on a session. A violation is reported once; then the session is dropped.
    private void guard(Api api, Ledger ledger, Runnable work) {
        try {
            work.run();
        } catch (UncheckedIOException | OutcomeUnknownException e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            String problem =
                    e instanceof Violation ? String.valueOf(e.getMessage()) : stackTrace(e);
            tally.violation(
                    "%s; options: %s; notes: %s"
                            .formatted(problem, ledger.reference().options(), ledger.notes()));
            ledgers.remove(ledger.name());
            api.delete("/sessions/" + ledger.name());
        }
    }

    static String stackTrace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void forget(Ledger ledger) {
        ledgers.remove(ledger.name());
        deletedNames.add(ledger.name());
        if (deletedNames.size() > MAX_DELETED) {
            deletedNames.removeFirst();
        }
    }

    // ---- under load

    /// Makes calls until the service no longer responds.
    void load(Api api) {
        SessionCalls calls = new SessionCalls(api, tally);
        try {
            while (true) {
                act(api, calls);
            }
        } catch (UncheckedIOException | OutcomeUnknownException e) {
            if (!isEnding.getAsBoolean()) {
                tally.violation(
                        "client %s got no response from a running service: %s".formatted(name, e));
            }
        }
        for (Ledger ledger : ledgers.values()) {
            PendingCall pending = ledger.pending();
            if (pending != null) {
                tally.inFlight(pending.kind());
            }
        }
    }

    private void act(Api api, SessionCalls calls) {
        int size = ledgers.size();
        if (size < MIN_SESSIONS || (size < MAX_SESSIONS && random.nextInt(30) == 0)) {
            Ledger ledger = new Ledger(newName(), fresh(Api.SIX_NAMES));
            ledgers.put(ledger.name(), ledger);
            guard(api, ledger, () -> calls.init(ledger));
            return;
        }
        Ledger ledger = List.copyOf(ledgers.values()).get(random.nextInt(size));
        guard(api, ledger, () -> act(calls, ledger));
    }

    private String newName() {
        return name + "-" + created++;
    }

    private ReferenceSession fresh(String text) {
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
        return ReferenceSession.fresh(options, text);
    }

    private double learningRate() {
        return random.nextDouble(0.001, 0.02);
    }

    private void act(SessionCalls calls, Ledger ledger) {
        Ledger.ActiveRun run = ledger.run();
        if (run == null && isLong(ledger)) {
            reinitialize(calls, ledger);
        } else if (run == null) {
            actOnIdle(calls, ledger);
        } else if (run.paused()) {
            actOnPaused(calls, ledger);
        } else {
            actOnRunning(calls, ledger);
        }
    }

    private static boolean isLong(Ledger ledger) {
        boolean isTensor = ledger.reference().options().engine() == EngineKind.TENSOR;
        return ledger.confirmedStep() > (isTensor ? MAX_TENSOR_STEPS : MAX_SCALAR_STEPS);
    }

    private void actOnIdle(SessionCalls calls, Ledger ledger) {
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
        } else if (dice < 79) {
            calls.compareLosses(ledger);
        } else if (dice < 83) {
            continueWith(calls, ledger);
        } else if (dice < 95) {
            startRun(calls, ledger);
        } else {
            reinitialize(calls, ledger);
        }
    }

    private void startRun(SessionCalls calls, Ledger ledger) {
        if (random.nextBoolean()) {
            calls.startRun(ledger, random.nextInt(50, 2001), null);
        } else {
            double perSecond = random.nextInt(50, 2000);
            calls.startRun(ledger, random.nextLong(50, 50 + (long) (2 * perSecond)), perSecond);
        }
    }

    private void actOnPaused(SessionCalls calls, Ledger ledger) {
        int dice = random.nextInt(100);
        if (dice < 40) {
            calls.resume(ledger);
        } else if (dice < 55) {
            calls.cancel(ledger);
        } else if (dice < 75) {
            calls.generate(ledger, random.nextInt(1, 4));
        } else if (dice < 85) {
            calls.steer(ledger, learningRate());
        } else if (dice < 94) {
            fork(calls, ledger);
        } else if (dice < 97) {
            continueWith(calls, ledger);
        } else {
            reinitialize(calls, ledger);
        }
    }

    private void continueWith(SessionCalls calls, Ledger ledger) {
        int numDocs = ledger.reference().numDocs();
        List<String> others =
                MORE_NAMES.stream().filter(text -> text.lines().count() != numDocs).toList();
        calls.continueWith(ledger, others.get(random.nextInt(others.size())));
    }

    private void actOnRunning(SessionCalls calls, Ledger ledger) {
        int dice = random.nextInt(100);
        if (dice < 35) {
            confirmEndOfRun(calls, ledger);
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
            reinitialize(calls, ledger);
        }
    }

    /// Only a response to a change confirms that the run has ended, not one that merely shows it.
    private static void confirmEndOfRun(SessionCalls calls, Ledger ledger) {
        if (calls.run(ledger).path("state").asString().equals("succeeded")) {
            calls.cancel(ledger);
        }
    }

    private void fork(SessionCalls calls, Ledger ledger) {
        if (ledgers.size() >= MAX_SESSIONS) {
            calls.delete(ledger);
            forget(ledger);
            return;
        }
        Ledger child = calls.fork(ledger, newName(), forkStep(ledger));
        ledgers.put(child.name(), child);
    }

    /// Returns an earlier step, or null for the current one.
    private @Nullable Long forkStep(Ledger ledger) {
        if (ledger.confirmedStep() == 0 || random.nextBoolean()) {
            return null;
        }
        long step = random.nextLong(ledger.confirmedStep());
        return ledger.reference().knowsGenerator(step) ? (Long) step : null;
    }

    private void reinitialize(SessionCalls calls, Ledger ledger) {
        ReferenceSession reference = ledger.reference();
        String other = reference.numDocs() == 6 ? OTHER_NAMES : Api.SIX_NAMES;
        switch (random.nextInt(3)) {
            case 0 -> {
                ModelOptions options = reference.options();
                calls.load(
                        ledger,
                        ReferenceSession.fresh(
                                OptionValues.of(ModelOption.LEARNING_RATE, reference.learningRate())
                                        .applyTo(options),
                                other));
            }
            case 1 -> calls.reinit(ledger, fresh(other));
            default -> deleteAndInit(calls, ledger);
        }
    }

    private void deleteAndInit(SessionCalls calls, Ledger ledger) {
        calls.delete(ledger);
        forget(ledger);
        deletedNames.remove(ledger.name());
        Ledger fresh = new Ledger(ledger.name(), fresh(Api.SIX_NAMES));
        ledgers.put(fresh.name(), fresh);
        calls.init(fresh);
    }
}
