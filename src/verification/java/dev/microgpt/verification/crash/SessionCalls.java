package dev.microgpt.verification.crash;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.support.ReferenceSession;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Calls the service, and updates the ledger according to the response. Without a response, the call stays
/// pending in the ledger.
final class SessionCalls {

    private static final HttpClient FILES = HttpClient.newHttpClient();

    private final Api api;
    private final Tally tally;

    SessionCalls(Api api, Tally tally) {
        this.api = api;
        this.tally = tally;
    }

    private Reply change(
            Ledger ledger, PendingCall pending, HttpRequest.Builder request, int expected) {
        ledger.setPending(pending);
        Reply reply = send(pending.kind(), ledger, request, expected);
        ledger.setPending(null);
        return reply;
    }

    private Reply send(String kind, Ledger ledger, HttpRequest.Builder request, int expected) {
        Reply reply = api.send(request);
        if (reply.status() != expected && wasEndedByShutdown(reply)) {
            throw new OutcomeUnknownException(reply.toString());
        }
        require(ledger, "status of " + kind, expected, reply.status(), reply);
        tally.answered(kind);
        return reply;
    }

    /// Returns whether an orderly shutdown ended a call, before or after it had made some of its steps.
    static boolean wasEndedByShutdown(Reply reply) {
        return reply.body().contains("the service is shutting down")
                || reply.body().contains("the service was shut down after");
    }

    private static String path(Ledger ledger, String call) {
        return "/sessions/" + ledger.name() + call;
    }

    private HttpRequest.Builder post(String path, Map<String, ?> body) {
        return api.body(path, "application/json", BodyPublishers.ofString(Json.write(body)));
    }

    private static void require(
            Ledger ledger, String subject, Object expected, Object actual, Object... details) {
        if (!expected.equals(actual)) {
            throw new Violation(
                    ledger.name(),
                    subject,
                    expected,
                    details.length == 0 ? actual : actual + " " + Arrays.toString(details));
        }
    }

    // ---- creating and deleting

    void init(Ledger ledger) {
        ReferenceSession fresh = ledger.reference();
        change(
                ledger,
                new PendingCall.Init(fresh),
                post(path(ledger, "/init"), fresh.initBody()),
                201);
    }

    /// Reinitializes the session with other options.
    void reinit(Ledger ledger, ReferenceSession fresh) {
        HttpRequest.Builder request = post(path(ledger, "/init?overwrite=true"), fresh.initBody());
        change(ledger, new PendingCall.Overwrite(fresh), request, 201);
        ledger.reinitialized(fresh);
    }

    /// Reinitializes the session with another text.
    void load(Ledger ledger, ReferenceSession fresh) {
        HttpRequest.Builder request =
                api.body(
                        path(ledger, "/load?overwrite=true"),
                        "text/plain",
                        BodyPublishers.ofString(fresh.text()));
        change(ledger, new PendingCall.Overwrite(fresh), request, 200);
        ledger.reinitialized(fresh);
    }

    /// Continues the session, which is idle, with another text.
    void continueWith(Ledger ledger, String text) {
        HttpRequest.Builder request =
                api.body(
                        path(ledger, "/load?continue=true&grow=true"),
                        "text/plain",
                        BodyPublishers.ofString(text));
        change(ledger, new PendingCall.Continue(text), request, 200);
        continued(ledger, text);
    }

    /// Records that the session, which is idle, has continued with another text.
    static void continued(Ledger ledger, String text) {
        ledger.reference().goTo(ledger.confirmedStep());
        ledger.reference().continueWith(text);
    }

    void delete(Ledger ledger) {
        change(ledger, new PendingCall.Delete(), api.request(path(ledger, "")).DELETE(), 204);
    }

    /// Forks a session.
    ///
    /// @param step null for the current step
    /// @return the ledger of the new session
    Ledger fork(Ledger ledger, String child, @Nullable Long step) {
        Map<String, ?> body =
                step == null ? Map.of("name", child) : Map.of("name", child, "step", step);
        HttpRequest.Builder request = post(path(ledger, "/fork"), body);
        Reply reply = change(ledger, new PendingCall.Fork(child, step), request, 201);
        long start = reply.json().path("step").longValue();
        return forked(ledger, new PendingCall.Fork(child, step), ledger.confirmedStep(), start);
    }

    /// Returns the ledger of a session that was forked.
    ///
    /// @param min the first step at which its parent may have been
    /// @param actual the step at which the new session starts
    static Ledger forked(Ledger parent, PendingCall.Fork fork, long min, long actual) {
        Long step = fork.step();
        ReferenceSession reference = parent.reference();
        if (step != null) {
            require(parent, "step of fork " + fork.child(), step, actual);
            return new Ledger(fork.child(), reference.fork(step));
        }
        requireBetween(parent, "step of fork " + fork.child(), min, actual, parent.maxStep());
        long current = reference.step();
        reference.goTo(actual);
        ReferenceSession child = reference.fork(null);
        reference.goTo(current);
        return new Ledger(fork.child(), child);
    }

    static void requireBetween(Ledger ledger, String subject, long min, long actual, long max) {
        if (actual < min || actual > max) {
            throw new Violation(ledger.name(), subject, min + " to " + max, actual);
        }
    }

    // ---- training

    void step(Ledger ledger, int count) {
        HttpRequest.Builder request =
                post(path(ledger, "/step"), Map.of("count", count, "viz", "none"));
        JsonNode reply = change(ledger, new PendingCall.Step(count), request, 200).json();
        ReferenceSession reference = ledger.reference();
        reference.goTo(ledger.confirmedStep() + count);
        require(ledger, "step", reference.step(), reply.path("step").longValue());
        double[] losses = Json.doubles(reply.path("losses"));
        require(
                ledger,
                "losses of a step call",
                Arrays.toString(reference.newest(count)),
                Arrays.toString(losses));
        ledger.confirmStep(reference.step());
    }

    void steer(Ledger ledger, double learningRate) {
        HttpRequest.Builder request =
                api.request(path(ledger, ""))
                        .header("Content-Type", "application/json")
                        .method(
                                "PATCH",
                                BodyPublishers.ofString(
                                        Json.write(Map.of("learningRate", learningRate))));
        JsonNode view = change(ledger, new PendingCall.Steer(learningRate), request, 200).json();
        require(
                ledger,
                "learning rate",
                learningRate,
                view.path("options").path("learningRate").doubleValue());
        steered(ledger, view.path("step").longValue(), learningRate);
    }

    /// Records that the session was steered at a step.
    static void steered(Ledger ledger, long step, double learningRate) {
        requireBetween(ledger, "step of steering", ledger.confirmedStep(), step, ledger.maxStep());
        ledger.reference().steer(step, learningRate);
        ledger.confirmStep(step);
    }

    /// @param stepsPerSecond null for full speed
    void startRun(Ledger ledger, long steps, @Nullable Double stepsPerSecond) {
        Map<String, ?> body =
                stepsPerSecond == null
                        ? Map.of("steps", steps)
                        : Map.of("steps", steps, "stepsPerSecond", stepsPerSecond);
        HttpRequest.Builder request = post(path(ledger, "/runs"), body);
        JsonNode run = change(ledger, new PendingCall.StartRun(steps), request, 202).json();
        long id = run.path("id").longValue();
        require(ledger, "id of a run", ledger.newestRunId() + 1, id);
        ledger.runStarted(id, steps);
    }

    void pause(Ledger ledger) {
        JsonNode run = changeRun(ledger, new PendingCall.Pause(), "pause");
        String state = run.path("state").asString();
        if (state.equals("paused")) {
            ledger.setRunPaused(true);
            confirmIdleRun(ledger, Objects.requireNonNull(ledger.run()), run);
            require(
                    ledger,
                    "step while paused",
                    ledger.confirmedStep(),
                    view(ledger).path("step").longValue());
        } else {
            runEnded(ledger, run);
        }
    }

    void resume(Ledger ledger) {
        String state =
                changeRun(ledger, new PendingCall.Resume(), "resume").path("state").asString();
        if (!List.of("queued", "running").contains(state)) {
            throw new Violation(ledger.name(), "resumed run", "queued", state);
        }
        ledger.setRunPaused(false);
    }

    /// Cancels the run. A run that has already ended stays as it is.
    void cancel(Ledger ledger) {
        runEnded(ledger, changeRun(ledger, new PendingCall.Cancel(), "cancel"));
    }

    private JsonNode changeRun(Ledger ledger, PendingCall pending, String verb) {
        long id = Objects.requireNonNull(ledger.run()).id();
        HttpRequest.Builder request =
                api.request(path(ledger, "/runs/" + id + "/" + verb)).POST(BodyPublishers.noBody());
        return change(ledger, pending, request, 200).json();
    }

    /// Confirms the steps of a run that is paused or has ended.
    private static void confirmIdleRun(Ledger ledger, Ledger.ActiveRun run, JsonNode actual) {
        long step = run.firstStep() + actual.path("stepsDone").longValue();
        requireBetween(ledger, "step after a run", ledger.confirmedStep(), step, run.lastStep());
        ledger.reference().goTo(step);
        ledger.confirmStep(step);
    }

    /// Records that the run has ended.
    static void runEnded(Ledger ledger, JsonNode actual) {
        Ledger.ActiveRun run = Objects.requireNonNull(ledger.run());
        String state = actual.path("state").asString();
        if (!List.of("succeeded", "cancelled").contains(state)) {
            throw new Violation(
                    ledger.name(),
                    "state of a run that has ended",
                    "succeeded or cancelled",
                    actual);
        }
        confirmIdleRun(ledger, run, actual);
        if (state.equals("succeeded")) {
            require(
                    ledger,
                    "steps of a run that succeeded",
                    run.lastStep(),
                    ledger.confirmedStep());
        }
        ledger.runEnded(state);
    }

    /// Records that the run is paused.
    static void runPaused(Ledger ledger, JsonNode actual) {
        ledger.setRunPaused(true);
        confirmIdleRun(ledger, Objects.requireNonNull(ledger.run()), actual);
    }

    // ---- reading

    void generate(Ledger ledger, int count) {
        HttpRequest.Builder request = post(path(ledger, "/generate"), Map.of("count", count));
        List<String> texts = texts(change(ledger, new PendingCall.Generate(count), request, 200));
        ReferenceSession reference = ledger.reference();
        if (ledger.isIdle()) {
            require(ledger, "texts", reference.generate(count), texts);
            return;
        }
        try {
            requireDrawn(ledger, view(ledger).path("step").longValue(), texts.getFirst());
        } catch (UncheckedIOException | OutcomeUnknownException e) { // the text itself was answered
            requireDrawn(ledger, ledger.maxStep(), texts.getFirst());
            throw e;
        }
    }

    /// Checks a text that was drawn during a run, after one of its steps.
    private static void requireDrawn(Ledger ledger, long last, String text) {
        if (!ledger.reference().drawnBetween(ledger.confirmedStep(), last, text)) {
            throw new Violation(
                    ledger.name(),
                    "text during a run",
                    "a text of one of the steps %d to %d".formatted(ledger.confirmedStep(), last),
                    text);
        }
    }

    private static List<String> texts(Reply reply) {
        return reply.json()
                .path("samples")
                .valueStream()
                .map(sample -> sample.path("text").asString())
                .toList();
    }

    /// Generates with a seed of its own, which does not change the session.
    void generate(Ledger ledger, int count, long seed) {
        Reply reply =
                send(
                        "Generate seeded",
                        ledger,
                        post(path(ledger, "/generate"), Map.of("count", count, "seed", seed)),
                        200);
        if (ledger.isIdle()) {
            require(
                    ledger,
                    "texts from a seed",
                    ledger.reference().generate(count, seed),
                    texts(reply));
        }
    }

    JsonNode get(Ledger ledger, String call) {
        return send("Get", ledger, api.request(path(ledger, call)), 200).json();
    }

    /// Returns the checkpoint file of the session.
    byte[] checkpoint(Ledger ledger) {
        try {
            HttpResponse<byte[]> reply =
                    FILES.send(
                            api.request(path(ledger, "/checkpoint")).build(),
                            BodyHandlers.ofByteArray());
            require(ledger, "status of checkpoint", 200, reply.statusCode());
            return reply.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode view(Ledger ledger) {
        return get(ledger, "");
    }

    JsonNode run(Ledger ledger) {
        return get(ledger, "/runs/" + Objects.requireNonNull(ledger.run()).id());
    }

    /// Compares all losses with those of the reference.
    void compareLosses(Ledger ledger) {
        double[] losses = Json.doubles(get(ledger, "/losses").path("losses"));
        requireBetween(ledger, "losses", ledger.confirmedStep(), losses.length, ledger.maxStep());
        String difference = ledger.reference().difference(losses);
        if (difference != null) {
            throw new Violation(ledger.name(), "losses", "those of the reference", difference);
        }
    }
}
