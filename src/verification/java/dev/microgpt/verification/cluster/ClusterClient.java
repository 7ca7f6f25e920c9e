package dev.microgpt.verification.cluster;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.cluster.ClusterCalls.Call;
import dev.microgpt.verification.cluster.ClusterTally.Kind;
import dev.microgpt.verification.support.ReferenceSession;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Makes random calls to its own sessions, one after the other, and compares each answer with the control.
final class ClusterClient {

    private static final int MAX_SESSIONS = 4;
    private static final int MAX_DELETED = 20;
    private static final int MAX_STEPS = 20_000;
    private static final int RUN_SECONDS = 150;
    private static final int MAX_PAUSE_MILLIS = 150;

    private final String name;
    private final SplittableRandom random;
    private final ClusterCalls calls;
    private final ClusterTally tally;
    private final List<SessionLog> sessions = new ArrayList<>();
    private final List<SessionLog> deleted = new ArrayList<>();
    private @Nullable SessionLog watched;
    private int created;

    ClusterClient(String name, SplittableRandom random, ClusterCalls calls, ClusterTally tally) {
        this.name = name;
        this.random = random;
        this.calls = calls;
        this.tally = tally;
    }

    /// Returns the sessions that exist.
    List<SessionLog> sessions() {
        return sessions;
    }

    /// Returns the newest sessions that were deleted.
    List<SessionLog> deleted() {
        return deleted;
    }

    /// Creates a session that is never deleted or replaced, so that its watchers get all its losses.
    SessionLog createWatched() throws InterruptedException {
        SessionLog session = create();
        watched = session;
        return session;
    }

    /// Makes calls until it is told to stop.
    void run(BooleanSupplier isOver) throws InterruptedException {
        while (!isOver.getAsBoolean()) {
            try {
                act();
            } catch (Dropped e) {
                tally.say(
                        "%s gives a session up: %s"
                                .formatted(
                                        name,
                                        ClusterCalls.shorten(String.valueOf(e.getMessage()))));
            }
            sessions.removeIf(SessionLog::isDropped);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        }
    }

    private void act() throws InterruptedException {
        if (sessions.size() < 2 || (sessions.size() < MAX_SESSIONS && random.nextInt(30) == 0)) {
            var _ = create();
            return;
        }
        SessionLog session = sessions.get(random.nextInt(sessions.size()));
        boolean isWatched = session.equals(watched);
        int dice = random.nextInt(100);
        if (dice < 40) {
            step(session, stepCount(session), random.nextInt(6) == 0);
        } else if (dice < 50) {
            generate(session);
        } else if (dice < 58) {
            steer(session);
        } else if (dice < 72) {
            trainInBackground(session);
        } else if (dice < 80) {
            fork(session);
        } else if (dice < 88) {
            read(session);
        } else if (dice < 92) {
            readLosses(session);
        } else if (isWatched) {
            step(session, stepCount(session), false);
        } else if (dice < 96) {
            delete(session);
        } else {
            replace(session);
        }
    }

    private static boolean isScalar(SessionLog session) {
        return session.control().options().engine() == EngineKind.SCALAR;
    }

    private int stepCount(SessionLog session) {
        if (session.step() > MAX_STEPS) {
            return random.nextInt(1, 6);
        }
        boolean isLong = random.nextInt(8) == 0;
        if (isScalar(session)) {
            return isLong ? random.nextInt(200, 600) : random.nextInt(1, 60);
        }
        return isLong ? random.nextInt(300, 1000) : random.nextInt(1, 60);
    }

    private ReferenceSession fresh() {
        boolean isScalar = random.nextInt(4) == 0;
        ModelOptions options =
                ModelOptions.builder()
                        .seed(random.nextInt(1_000_000))
                        .engine(isScalar ? EngineKind.SCALAR : EngineKind.TENSOR)
                        .nEmbd(isScalar ? 4 : 8)
                        .nHead(2)
                        .blockSize(8)
                        .learningRate(learningRate())
                        .numSteps(100_000)
                        .build();
        return ReferenceSession.fresh(options, Api.SIX_NAMES);
    }

    private double learningRate() {
        return random.nextDouble(0.001, 0.02);
    }

    private String newName() {
        return name + "-" + created++;
    }

    // ---- creating and deleting

    /// Creates a session with a new name.
    SessionLog create() throws InterruptedException {
        SessionLog session = new SessionLog(newName(), fresh());
        var _ =
                calls.send(
                        session,
                        Call.post("init", "/init", session.control().initBody(), 201),
                        random);
        sessions.add(session);
        return session;
    }

    private void replace(SessionLog session) throws InterruptedException {
        ReferenceSession fresh = fresh();
        var _ =
                calls.send(
                        session,
                        Call.post("overwrite", "/init?overwrite=true", fresh.initBody(), 201),
                        random);
        session.replaced(fresh);
    }

    private void delete(SessionLog session) throws InterruptedException {
        var _ = calls.send(session, new Call("delete", "DELETE", "", null, false, 204), random);
        sessions.remove(session);
        deleted.add(session);
        if (deleted.size() > MAX_DELETED) {
            deleted.removeFirst();
        }
        var _ = calls.send(session, new Call("get deleted", "GET", "", null, false, 404), random);
    }

    private void fork(SessionLog session) throws InterruptedException {
        if (sessions.size() >= MAX_SESSIONS) {
            SessionLog other = sessions.get(random.nextInt(sessions.size()));
            if (!other.equals(watched)) {
                delete(other);
            }
            return;
        }
        SessionLog child = new SessionLog(newName(), session.control());
        Long step = forkStep(session);
        Map<String, ?> body =
                step == null
                        ? Map.of("name", child.name())
                        : Map.of("name", child.name(), "step", step);
        JsonNode reply = calls.send(session, Call.post("fork", "/fork", body, 201), random).json();
        calls.requireStep(session, "fork", step == null ? session.step() : step, reply);
        child.replaced(session.control().fork(step));
        child.note("fork of %s at %s".formatted(session.name(), step));
        sessions.add(child);
    }

    /// Returns an earlier step, or null for the current one.
    private @Nullable Long forkStep(SessionLog session) {
        if (session.step() == 0 || random.nextBoolean()) {
            return null;
        }
        long step = random.nextLong(session.step());
        return session.control().knowsGenerator(step) ? (Long) step : null;
    }

    // ---- training

    /// Trains a session by one call.
    ///
    /// @param isTwice whether the call is sent to two nodes at the same time
    private void step(SessionLog session, int count, boolean isTwice) throws InterruptedException {
        Call call = stepCall(count);
        Reply reply =
                isTwice
                        ? calls.sendTwice(session, call, random)
                        : calls.send(session, call, random);
        stepped(session, count, reply);
    }

    static Call stepCall(int count) {
        return Call.post("step", "/step", Map.of("count", count, "viz", "none"), 200);
    }

    /// Compares the answer to a step call with the control.
    void stepped(SessionLog session, int count, Reply reply) {
        JsonNode answer = reply.json();
        calls.requireStep(session, "step call", session.step() + count, answer);
        session.control().goTo(session.step() + count);
        double[] losses = Json.doubles(answer.path("losses"));
        double[] expected = session.control().newest(count);
        if (!Arrays.equals(expected, losses)) {
            throw calls.violation(
                    Kind.DIFFERENT,
                    session,
                    "losses of a step call: expected %s, but got %s"
                            .formatted(Arrays.toString(expected), Arrays.toString(losses)));
        }
        tally.count("steps of step calls", count);
    }

    /// Starts a run and waits for its end.
    private void trainInBackground(SessionLog session) throws InterruptedException {
        int steps = random.nextInt(20, 800);
        double perSecond = random.nextInt(50, 400);
        Map<String, ?> body = Map.of("steps", steps, "stepsPerSecond", perSecond);
        JsonNode run = calls.send(session, Call.post("run", "/runs", body, 202), random).json();
        long id = run.path("id").longValue();
        if (id != session.newestRun() + 1) {
            throw calls.violation(
                    Kind.DOUBLED,
                    session,
                    "expected run %d, but got %s".formatted(session.newestRun() + 1, run));
        }
        session.runStarted(id);
        long first = session.step();
        JsonNode ended = random.nextInt(4) == 0 ? cancel(session, id) : awaitEnd(session, id);
        long done = ended.path("stepsDone").longValue();
        String state = ended.path("state").asString();
        boolean isRight =
                state.equals("succeeded")
                        ? done == steps
                        : state.equals("cancelled") && done <= steps;
        if (!isRight) {
            throw calls.violation(
                    Kind.WRONG, session, "run of %d steps: %s".formatted(steps, ended));
        }
        session.control().goTo(first + done);
        tally.count("steps of runs", done);
        tally.count("runs " + state, 1);
        read(session);
    }

    private JsonNode cancel(SessionLog session, long id) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2000));
        return calls.send(
                        session, Call.post("cancel", "/runs/" + id + "/cancel", null, 200), random)
                .json();
    }

    /// Waits for the end of a run. Only the answer to a change confirms it, so the run is cancelled once it shows
    /// that it has ended.
    private JsonNode awaitEnd(SessionLog session, long id) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_SECONDS);
        JsonNode run;
        do {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(50, 400));
            run = calls.send(session, Call.get("/runs/" + id), random).json();
        } while (run.path("endedAt").isMissingNode() && System.nanoTime() < end);
        if (run.path("endedAt").isMissingNode()) {
            throw calls.violation(
                    Kind.UNANSWERED,
                    session,
                    "run did not end within %d s: %s".formatted(RUN_SECONDS, run));
        }
        return calls.send(
                        session, Call.post("cancel", "/runs/" + id + "/cancel", null, 200), random)
                .json();
    }

    private void steer(SessionLog session) throws InterruptedException {
        double rate = learningRate();
        JsonNode view =
                calls.send(
                                session,
                                new Call(
                                        "steer",
                                        "PATCH",
                                        "",
                                        Map.of("learningRate", rate),
                                        false,
                                        200),
                                random)
                        .json();
        calls.requireStep(session, "steering", session.step(), view);
        session.control().steer(session.step(), rate);
    }

    // ---- reading

    /// Draws texts from the session's generator, which an answer that is repeated must not do again.
    private void generate(SessionLog session) throws InterruptedException {
        int count = random.nextInt(1, 4);
        JsonNode reply =
                calls.send(
                                session,
                                Call.post("generate", "/generate", Map.of("count", count), 200),
                                random)
                        .json();
        List<String> texts =
                reply.path("samples")
                        .valueStream()
                        .map(sample -> sample.path("text").asString())
                        .toList();
        List<String> expected = session.control().generate(count);
        if (!expected.equals(texts)) {
            throw calls.violation(
                    Kind.DIFFERENT,
                    session,
                    "texts: expected %s, but got %s".formatted(expected, texts));
        }
    }

    private void read(SessionLog session) throws InterruptedException {
        JsonNode view = calls.send(session, Call.get(""), random).json();
        if (view.path("step").longValue() != session.step()) {
            requireStale(session, view);
        }
        calls.requireStep(session, "view", session.step(), view);
        if (random.nextInt(3) == 0) {
            readList();
        }
    }

    /// Finds out whether steps were lost, or a node only answered from an outdated state.
    private void requireStale(SessionLog session, JsonNode view) throws InterruptedException {
        session.note("is not at step %d: %s".formatted(session.step(), view));
        TimeUnit.SECONDS.sleep(10);
        JsonNode later = calls.send(session, Call.get(""), random).json();
        calls.requireStep(session, "view after a while", session.step(), later);
        throw calls.violation(
                Kind.STALE,
                session,
                "expected step %d, but was %s, and later %s"
                        .formatted(session.step(), view.path("step"), later.path("step")));
    }

    private void readLosses(SessionLog session) throws InterruptedException {
        JsonNode reply = calls.send(session, Call.get("/losses"), random).json();
        String difference = session.control().difference(Json.doubles(reply.path("losses")));
        if (difference != null || reply.path("losses").size() != session.step()) {
            throw calls.violation(
                    reply.path("losses").size() < session.step() ? Kind.STALE : Kind.DIFFERENT,
                    session,
                    "%d losses at step %d; %s"
                            .formatted(reply.path("losses").size(), session.step(), difference));
        }
    }

    /// Checks that the list of all sessions has those of this client.
    private void readList() throws InterruptedException {
        SessionLog all = new SessionLog("", sessions.getFirst().control());
        Set<String> expected = new HashSet<>();
        sessions.forEach(session -> expected.add(session.name()));
        JsonNode list =
                calls.send(all, new Call("list", "GET", "?limit=1000", null, false, 200), random)
                        .json()
                        .path("sessions");
        Set<String> found = new HashSet<>();
        list.valueStream().forEach(view -> found.add(view.path("name").asString()));
        expected.removeAll(found);
        if (!expected.isEmpty()) {
            throw calls.violation(
                    Kind.WRONG,
                    all,
                    "the list of sessions lacks %s; it has %s".formatted(expected, found));
        }
        for (SessionLog gone : deleted) {
            if (found.contains(gone.name())) {
                throw calls.violation(
                        Kind.WRONG, all, "the list of sessions has %s".formatted(gone.name()));
            }
        }
    }
}
