package dev.microgpt.verification.soak;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/// Makes one REST call after another, of all kinds, on sessions that other clients use as well.
final class RestCaller {

    /// Errors that other clients may cause: the session was deleted, is busy, or has no documents; too many
    /// calls.
    private static final Set<Integer> EXPECTED_ERRORS = Set.of(404, 409, 412, 429);

    private final HttpClient client;
    private final Api api;
    private final SessionPool sessions;
    private final Tally tally;
    private final SplittableRandom random;
    private final List<Kind> kinds;
    private final int totalWeight;
    private byte[] checkpoint = {};

    /// @param weight how often it is called, relative to the other kinds
    private record Kind(int weight, String name, Action action) {}

    private interface Action {
        void run(String call, String session) throws IOException, InterruptedException;
    }

    RestCaller(HttpClient client, int port, SessionPool sessions, Tally tally, long seed) {
        this.client = client;
        api = new Api(port);
        this.sessions = sessions;
        this.tally = tally;
        random = new SplittableRandom(seed);
        kinds = kinds();
        totalWeight = kinds.stream().mapToInt(Kind::weight).sum();
    }

    private List<Kind> kinds() {
        return List.of(
                new Kind(15, "init", (call, _) -> init(call)),
                new Kind(8, "fork", this::fork),
                new Kind(100, "step", (call, name) -> step(call, name)),
                new Kind(60, "generate", (call, name) -> post(call, name, "/generate", generate())),
                new Kind(15, "generate, streamed", this::stream),
                new Kind(40, "score", (c, n) -> post(c, n, "/score", "{\"texts\":[\"anne\"]}")),
                new Kind(30, "inspect", (c, n) -> post(c, n, "/inspect", "{\"text\":\"anna\"}")),
                new Kind(40, "losses", (c, n) -> get(c, n, "/losses?maxPoints=200")),
                new Kind(20, "losses, raw", (c, n) -> get(c, n, "/losses")),
                new Kind(30, "embeddings", (c, n) -> get(c, n, "/embeddings")),
                new Kind(20, "parameters", (c, n) -> get(c, n, "/parameters")),
                new Kind(20, "one matrix", (c, n) -> get(c, n, "/parameters/wte?kind=m")),
                new Kind(6, "histograms", (c, n) -> get(c, n, "/parameters/wte/histograms")),
                new Kind(20, "history", (c, n) -> get(c, n, "/history")),
                new Kind(20, "keyframes", (c, n) -> get(c, n, "/keyframes")),
                new Kind(10, "baselines", (c, n) -> get(c, n, "/baselines")),
                new Kind(20, "config", (c, n) -> get(c, n, "/config")),
                new Kind(40, "one session", (c, n) -> get(c, n, "")),
                new Kind(20, "list", (c, _) -> path(c, "/sessions?limit=1000")),
                new Kind(5, "limits", (c, _) -> path(c, "/limits")),
                new Kind(10, "checkpoint", this::checkpoint),
                new Kind(6, "checkpoint, put", (call, _) -> putCheckpoint(call)),
                new Kind(20, "steer", this::steer),
                new Kind(50, "run", this::startRun),
                new Kind(60, "run, changed", this::changeRun),
                new Kind(25, "idempotent step", this::repeat),
                new Kind(30, "error", (call, name) -> error(call, name)));
    }

    /// Makes one call: deletes a session if there are too many, otherwise a random one.
    void call() throws InterruptedException {
        String surplus = sessions.takeSurplus(random);
        if (surplus != null) {
            delete(surplus);
            return;
        }
        int position = random.nextInt(totalWeight);
        for (Kind kind : kinds) {
            position -= kind.weight;
            if (position < 0) {
                attempt(kind.name, kind.action, sessions.any(random));
                return;
            }
        }
    }

    private void attempt(String call, Action action, String session) throws InterruptedException {
        try {
            action.run(call, session);
        } catch (IOException | RuntimeException e) {
            tally.failed(call, e.toString());
        }
    }

    void delete(String session) throws InterruptedException {
        attempt(
                "delete",
                (call, name) -> send(call, api.request("/sessions/" + name).DELETE()),
                session);
    }

    // ---- creating sessions

    private void init(String call) throws IOException, InterruptedException {
        String name = sessions.newName();
        String text = random.nextBoolean() ? "\"dataset\":\"names\"" : "\"text\":" + sixNames();
        boolean isScalar = random.nextInt(8) == 0;
        String options =
                isScalar
                        ? "\"engine\":\"scalar\",\"nEmbd\":4,\"random\":\"python\""
                        : "\"nEmbd\":%d,\"nLayer\":%d,\"batchSize\":%d"
                                .formatted(
                                        8 << random.nextInt(3),
                                        1 + random.nextInt(2),
                                        1 + random.nextInt(2));
        boolean loadsLater = random.nextInt(4) == 0;
        post(
                call,
                name,
                "/init",
                "{\"seed\":%d,%s%s}"
                        .formatted(random.nextInt(1000), options, loadsLater ? "" : "," + text));
        if (loadsLater) {
            post("load", name, "/load", "{" + text + "}");
        }
        sessions.add(name);
    }

    private static String sixNames() {
        return Json.write(Api.SIX_NAMES);
    }

    private void fork(String call, String session) throws IOException, InterruptedException {
        String name = sessions.newName();
        String step = random.nextBoolean() ? "" : ",\"step\":0";
        if (post(call, session, "/fork", "{\"name\":\"%s\"%s}".formatted(name, step)) != null) {
            sessions.add(name);
        }
    }

    private void checkpoint(String call, String session) throws IOException, InterruptedException {
        byte[] file = get(call, session, "/checkpoint");
        if (file != null) {
            checkpoint = file;
        }
    }

    private void putCheckpoint(String call) throws IOException, InterruptedException {
        if (checkpoint.length == 0) {
            return;
        }
        String name = sessions.newName();
        boolean isTruncated = random.nextInt(4) == 0;
        byte[] file =
                isTruncated ? Arrays.copyOf(checkpoint, checkpoint.length / 2) : checkpoint.clone();
        HttpRequest.Builder request =
                api.request("/sessions/" + name + "/checkpoint")
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(file));
        if (isTruncated) {
            sendInvalid(request);
        } else if (send(call, request) != null) {
            sessions.add(name);
        }
    }

    // ---- using sessions

    private void step(String call, String session) throws IOException, InterruptedException {
        String viz = List.of("last", "none", "all").get(random.nextInt(3));
        int count = viz.equals("all") ? 5 : 1 + random.nextInt(50);
        post(call, session, "/step", "{\"count\":%d,\"viz\":\"%s\"}".formatted(count, viz));
    }

    private String generate() {
        return switch (random.nextInt(3)) {
            case 0 -> "{\"count\":5}";
            case 1 -> "{\"seed\":1,\"topK\":3,\"viz\":true}";
            default -> "{\"step\":0}";
        };
    }

    private void stream(String call, String session) throws IOException, InterruptedException {
        send(
                call,
                json("/sessions/" + session + "/generate", "{\"count\":2}")
                        .header("Accept", "text/event-stream"));
    }

    private void steer(String call, String session) throws IOException, InterruptedException {
        String body =
                "{\"learningRate\":%s,\"numSteps\":1000000}"
                        .formatted(0.001 * (1 + random.nextInt(9)));
        send(
                call,
                api.request("/sessions/" + session)
                        .header("Content-Type", "application/json")
                        .method("PATCH", BodyPublishers.ofString(body)));
    }

    private void startRun(String call, String session) throws IOException, InterruptedException {
        String body =
                random.nextInt(4) == 0
                        ? "{\"steps\":2000}"
                        : "{\"steps\":2000,\"stepsPerSecond\":%d}"
                                .formatted(100 + random.nextInt(200));
        post(call, session, "/runs", body);
    }

    /// Pauses, resumes or cancels the newest run that has not ended, or the newest one.
    private void changeRun(String call, String session) throws IOException, InterruptedException {
        byte[] list = get("runs", session, "/runs");
        if (list == null) {
            return;
        }
        List<JsonNode> runs = Json.parse(utf8(list)).path("runs").valueStream().toList();
        if (!runs.isEmpty()) {
            JsonNode run =
                    runs.stream()
                            .filter(r -> !r.has("endedAt"))
                            .findFirst()
                            .orElse(runs.getFirst());
            List<String> changes = List.of("pause", "resume", "resume", "cancel");
            post(
                    call,
                    session,
                    "/runs/%d/%s"
                            .formatted(run.path("id").asLong(), changes.get(random.nextInt(4))),
                    "");
        }
    }

    /// Sends a call twice with one idempotency key. Both responses must be the same, unless another client
    /// has reinitialized or deleted the session in between.
    private void repeat(String call, String session) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        HttpRequest.Builder request =
                json("/sessions/" + session + "/step", "{\"count\":3,\"viz\":\"none\"}")
                        .header("Idempotency-Key", key);
        byte[] first = send(call, request);
        if (first == null) {
            return;
        }
        HttpResponse<byte[]> second = client.send(request.build(), BodyHandlers.ofByteArray());
        if (second.statusCode() == 404 || second.statusCode() == 422) {
            tally.rejected(call);
        } else if (Arrays.equals(first, second.body())) {
            tally.done(call);
        } else {
            tally.failed(call, "first %s, then %s".formatted(utf8(first), utf8(second.body())));
        }
    }

    private void error(String call, String session) throws IOException, InterruptedException {
        String path = "/sessions/" + session;
        HttpRequest.Builder request =
                switch (random.nextInt(8)) {
                    case 0 -> json(path + "/step", "{\"count\":");
                    case 1 -> json(path + "/step", "{\"cuont\":1}");
                    case 2 -> json(path + "/step", "{\"count\":-1}");
                    case 3 -> json("/sessions/nobody-" + random.nextInt() + "/step", "{}");
                    case 4 -> json("/sessions/Not%20a%20Name/init", "{}");
                    case 5 -> json(path + "/init", "{\"nEmbd\":15}");
                    case 6 -> api.request("/nowhere");
                    default -> json(path, "{}");
                };
        sendInvalid(request);
        tally.done(call);
    }

    // ---- HTTP

    private byte @Nullable [] post(String call, String session, String what, String body)
            throws IOException, InterruptedException {
        return send(call, json("/sessions/" + session + what, body));
    }

    private byte @Nullable [] get(String call, String session, String what)
            throws IOException, InterruptedException {
        return path(call, "/sessions/" + session + what);
    }

    private byte @Nullable [] path(String call, String path)
            throws IOException, InterruptedException {
        return send(call, api.request(path));
    }

    private HttpRequest.Builder json(String path, String body) {
        return api.body(path, "application/json", BodyPublishers.ofString(body));
    }

    /// Sends a request and counts its outcome.
    ///
    /// @return the body; null if the response is an error
    private byte @Nullable [] send(String call, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 == 2) {
            tally.done(call);
            return response.body();
        }
        if (isExpectedError(response)) {
            tally.rejected(call);
        } else {
            tally.failed(call, response.statusCode() + " " + utf8(response.body()));
        }
        return null;
    }

    /// Returns whether other clients may have caused an error. A session that was restored from a checkpoint
    /// does not know its step 0.
    private static boolean isExpectedError(HttpResponse<byte[]> response) {
        return EXPECTED_ERRORS.contains(response.statusCode())
                || (response.statusCode() == 400
                        && utf8(response.body()).contains("\"field\":\"step\",\"value\":0"));
    }

    /// Sends a request that has to be rejected.
    private void sendInvalid(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 4) {
            tally.failed("error", response.statusCode() + " " + utf8(response.body()));
        }
    }

    private static String utf8(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }
}
