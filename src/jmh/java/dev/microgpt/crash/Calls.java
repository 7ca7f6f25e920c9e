package dev.microgpt.crash;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;

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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// The calls to a service that runs, each with what its answer means for the ledger. A call that is not
/// answered leaves the ledger with what was asked.
final class Calls {

    private static final HttpClient FILES = HttpClient.newHttpClient();

    private final Api api;
    private final Tally tally;

    Calls(Api api, Tally tally) {
        this.api = api;
        this.tally = tally;
    }

    private Reply change(Ledger ledger, Asked asked, HttpRequest.Builder request, int wanted) {
        ledger.asks(asked);
        Reply reply = send(asked.kind(), ledger, request, wanted);
        ledger.asks(null);
        return reply;
    }

    private Reply send(String kind, Ledger ledger, HttpRequest.Builder request, int wanted) {
        Reply reply = api.send(request);
        if (reply.status() != wanted && reply.body().contains("shutting down")) {
            throw new Unanswered(reply.toString());
        }
        require(ledger, "status of " + kind, wanted, reply.status(), reply);
        tally.answered(kind);
        return reply;
    }

    private static String path(Ledger ledger, String call) {
        return "/sessions/" + ledger.name() + call;
    }

    private HttpRequest.Builder post(String path, Map<String, ?> body) {
        return api.body(path, "application/json", BodyPublishers.ofString(Json.write(body)));
    }

    private static void require(
            Ledger ledger, String what, Object expected, Object seen, Object... more) {
        if (!expected.equals(seen)) {
            throw new Violation(
                    ledger.name(),
                    what,
                    expected,
                    more.length == 0 ? seen : seen + " " + Arrays.toString(more));
        }
    }

    // ---- to begin and to end

    void init(Ledger ledger) {
        Control fresh = ledger.control();
        change(ledger, new Asked.Init(fresh), post(path(ledger, "/init"), body(fresh)), 201);
    }

    private static Map<String, Object> body(Control fresh) {
        ModelOptions options = fresh.options();
        Map<String, Object> body = new HashMap<>();
        body.put("seed", options.seed());
        body.put("nEmbd", options.nEmbd());
        body.put("nHead", options.nHead());
        body.put("nLayer", options.nLayer());
        body.put("blockSize", options.blockSize());
        body.put("learningRate", options.learningRate());
        body.put("numSteps", options.numSteps());
        body.put("engine", options.engine().name().toLowerCase(Locale.ROOT));
        body.put("random", options.random().name().toLowerCase(Locale.ROOT));
        body.put("batchSize", options.batchSize());
        body.put("text", fresh.text());
        return body;
    }

    /// Starts it anew with other options.
    void initAgain(Ledger ledger, Control fresh) {
        HttpRequest.Builder request = post(path(ledger, "/init?overwrite=true"), body(fresh));
        change(ledger, new Asked.Overwrite(fresh), request, 201);
        ledger.begunAnew(fresh);
    }

    /// Starts it anew with another text.
    void load(Ledger ledger, Control fresh) {
        HttpRequest.Builder request =
                api.body(
                        path(ledger, "/load?overwrite=true"),
                        "text/plain",
                        BodyPublishers.ofString(fresh.text()));
        change(ledger, new Asked.Overwrite(fresh), request, 200);
        ledger.begunAnew(fresh);
    }

    void delete(Ledger ledger) {
        change(ledger, new Asked.Delete(), api.request(path(ledger, "")).DELETE(), 204);
    }

    /// @param step null for the present one
    /// @return what is known of the new session
    Ledger fork(Ledger ledger, String child, @Nullable Long step) {
        Map<String, ?> body =
                step == null ? Map.of("name", child) : Map.of("name", child, "step", step);
        HttpRequest.Builder request = post(path(ledger, "/fork"), body);
        Reply reply = change(ledger, new Asked.Fork(child, step), request, 201);
        long seen = reply.json().path("step").longValue();
        return forked(ledger, new Asked.Fork(child, step), ledger.promised(), seen);
    }

    /// What is known of a session that was forked.
    ///
    /// @param least step at which its parent may have been
    /// @param seen step at which it has begun
    static Ledger forked(Ledger parent, Asked.Fork fork, long least, long seen) {
        Long step = fork.step();
        Control control = parent.control();
        if (step != null) {
            require(parent, "step of fork " + fork.child(), step, seen);
            return new Ledger(fork.child(), control.fork(step));
        }
        requireBetween(parent, "step of fork " + fork.child(), least, seen, parent.most());
        long present = control.step();
        control.goTo(seen);
        Control child = control.fork(null);
        control.goTo(present);
        return new Ledger(fork.child(), child);
    }

    static void requireBetween(Ledger ledger, String what, long least, long seen, long most) {
        if (seen < least || seen > most) {
            throw new Violation(ledger.name(), what, least + " to " + most, seen);
        }
    }

    // ---- to train

    void step(Ledger ledger, int count) {
        HttpRequest.Builder request =
                post(path(ledger, "/step"), Map.of("count", count, "viz", "none"));
        JsonNode reply = change(ledger, new Asked.Step(count), request, 200).json();
        Control control = ledger.control();
        control.goTo(ledger.promised() + count);
        require(ledger, "step", control.step(), reply.path("step").longValue());
        double[] losses = Json.doubles(reply.path("losses"));
        require(
                ledger,
                "losses of a step call",
                Arrays.toString(control.newest(count)),
                Arrays.toString(losses));
        ledger.promise(control.step());
    }

    void steer(Ledger ledger, double learningRate) {
        HttpRequest.Builder request =
                api.request(path(ledger, ""))
                        .header("Content-Type", "application/json")
                        .method(
                                "PATCH",
                                BodyPublishers.ofString(
                                        Json.write(Map.of("learningRate", learningRate))));
        JsonNode view = change(ledger, new Asked.Steer(learningRate), request, 200).json();
        require(
                ledger,
                "learning rate",
                learningRate,
                view.path("options").path("learningRate").doubleValue());
        steered(ledger, view.path("step").longValue(), learningRate);
    }

    /// It was steered when it had made some steps.
    static void steered(Ledger ledger, long step, double learningRate) {
        requireBetween(ledger, "step of steering", ledger.promised(), step, ledger.most());
        ledger.control().steer(step, learningRate);
        ledger.promise(step);
    }

    /// @param stepsPerSecond null for as many as possible
    void startRun(Ledger ledger, long steps, @Nullable Double stepsPerSecond) {
        Map<String, ?> body =
                stepsPerSecond == null
                        ? Map.of("steps", steps)
                        : Map.of("steps", steps, "stepsPerSecond", stepsPerSecond);
        HttpRequest.Builder request = post(path(ledger, "/runs"), body);
        JsonNode run = change(ledger, new Asked.StartRun(steps), request, 202).json();
        long id = run.path("id").longValue();
        require(ledger, "number of a run", ledger.newestRun() + 1, id);
        ledger.started(id, steps);
    }

    void pause(Ledger ledger) {
        JsonNode run = ask(ledger, new Asked.Pause(), "pause");
        String state = run.path("state").asString();
        if (state.equals("paused")) {
            ledger.paused(true);
            still(ledger, Objects.requireNonNull(ledger.run()), run);
            require(
                    ledger,
                    "step while paused",
                    ledger.promised(),
                    view(ledger).path("step").longValue());
        } else {
            ended(ledger, run);
        }
    }

    void resume(Ledger ledger) {
        String state = ask(ledger, new Asked.Resume(), "resume").path("state").asString();
        if (!List.of("queued", "running").contains(state)) {
            throw new Violation(ledger.name(), "resumed run", "queued", state);
        }
        ledger.paused(false);
    }

    /// Cancels the run; one that has ended already stays so.
    void cancel(Ledger ledger) {
        ended(ledger, ask(ledger, new Asked.Cancel(), "cancel"));
    }

    private JsonNode ask(Ledger ledger, Asked asked, String verb) {
        long id = Objects.requireNonNull(ledger.run()).id();
        HttpRequest.Builder request =
                api.request(path(ledger, "/runs/" + id + "/" + verb)).POST(BodyPublishers.noBody());
        return change(ledger, asked, request, 200).json();
    }

    /// The run stands or has ended: all its steps are promised.
    private static void still(Ledger ledger, Ledger.Going run, JsonNode seen) {
        long step = run.base() + seen.path("stepsDone").longValue();
        requireBetween(ledger, "step after a run", ledger.promised(), step, run.last());
        ledger.control().goTo(step);
        ledger.promise(step);
    }

    /// Takes in that the run has ended, for good.
    static void ended(Ledger ledger, JsonNode seen) {
        Ledger.Going run = Objects.requireNonNull(ledger.run());
        String state = seen.path("state").asString();
        if (!List.of("succeeded", "cancelled").contains(state)) {
            throw new Violation(ledger.name(), "run that has ended", "succeeded", seen);
        }
        still(ledger, run, seen);
        if (state.equals("succeeded")) {
            require(ledger, "steps of a run that succeeded", run.last(), ledger.promised());
        }
        ledger.ended(state);
    }

    /// Takes in that the run stands.
    static void stands(Ledger ledger, JsonNode seen) {
        ledger.paused(true);
        still(ledger, Objects.requireNonNull(ledger.run()), seen);
    }

    // ---- to ask

    void generate(Ledger ledger, int count) {
        HttpRequest.Builder request = post(path(ledger, "/generate"), Map.of("count", count));
        List<String> texts = texts(change(ledger, new Asked.Generate(count), request, 200));
        Control control = ledger.control();
        if (ledger.isStill()) {
            require(ledger, "texts", control.generate(count), texts);
            return;
        }
        try {
            drew(ledger, view(ledger).path("step").longValue(), texts.getFirst());
        } catch (UncheckedIOException | Unanswered e) { // but the text was answered
            drew(ledger, ledger.most(), texts.getFirst());
            throw e;
        }
    }

    /// A text was drawn while a run went on, after one of its steps.
    private static void drew(Ledger ledger, long last, String text) {
        if (!ledger.control().drewBetween(ledger.promised(), last, text)) {
            throw new Violation(
                    ledger.name(),
                    "text while a run goes on",
                    "one of steps %d to %d".formatted(ledger.promised(), last),
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

    /// Changes nothing.
    void generate(Ledger ledger, int count, long seed) {
        Reply reply =
                send(
                        "Generate seeded",
                        ledger,
                        post(path(ledger, "/generate"), Map.of("count", count, "seed", seed)),
                        200);
        if (ledger.isStill()) {
            require(
                    ledger,
                    "texts from a seed",
                    ledger.control().generate(count, seed),
                    texts(reply));
        }
    }

    JsonNode get(Ledger ledger, String call) {
        return send("Get", ledger, api.request(path(ledger, call)), 200).json();
    }

    /// The whole model, as a file.
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

    /// Compares all losses so far.
    void compareLosses(Ledger ledger) {
        double[] losses = Json.doubles(get(ledger, "/losses").path("losses"));
        requireBetween(ledger, "losses", ledger.promised(), losses.length, ledger.most());
        String difference = ledger.control().differs(losses);
        if (difference != null) {
            throw new Violation(ledger.name(), "losses", "those of the control", difference);
        }
    }
}
