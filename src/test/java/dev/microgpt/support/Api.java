package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Calls the REST API over HTTP. Paths are relative to `/api/v1`.
public final class Api {

    /// Options with which training diverges within 250 steps, though its numbers stay finite.
    public static final Map<String, ?> DIVERGING =
            Map.of(
                    "dataset",
                    "names",
                    "engine",
                    "scalar",
                    "nEmbd",
                    4,
                    "nHead",
                    1,
                    "learningRate",
                    0.4,
                    "numSteps",
                    100_000);

    /// The training text of the README.
    public static final String SIX_NAMES = "alice\nbob\ncharlie\ndavid\nemma\nfrank";

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final int port;
    private final @Nullable String key;

    public Api(int port) {
        this(port, null);
    }

    private Api(int port, @Nullable String key) {
        this.port = port;
        this.key = key;
    }

    /// Returns a client that sends an API key with each call.
    public Api withKey(String apiKey) {
        return new Api(port, apiKey);
    }

    /// Returns the path of a call to a session, with `overwrite` if the call has it.
    public static String overwriting(String call) {
        return call.equals("init") || call.equals("load") ? call + "?overwrite=true" : call;
    }

    public int port() {
        return port;
    }

    /// Returns the scheme, host and port of the service.
    public String origin() {
        return "http://localhost:" + port;
    }

    public HttpRequest.Builder request(String path) {
        return root("/api/v1" + path);
    }

    /// Starts a request to a path that is not relative to `/api/v1`.
    public HttpRequest.Builder root(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(origin() + path)).timeout(TIMEOUT);
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    public Reply send(HttpRequest.Builder request) {
        try {
            return Reply.of(CLIENT.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<Reply> sendAsync(HttpRequest.Builder request) {
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Reply::of);
    }

    public Reply get(String path) {
        return send(request(path));
    }

    public Reply delete(String path) {
        return send(request(path).DELETE());
    }

    public Reply patch(String path, Map<String, ?> body) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .method("PATCH", BodyPublishers.ofString(Json.write(body))));
    }

    /// Sends a POST without a body.
    public Reply post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    public Reply post(String path, Map<String, ?> body) {
        return postJson(path, Json.write(body));
    }

    public Reply postJson(String path, String json) {
        return send(json(path, json));
    }

    public CompletableFuture<Reply> postAsync(String path, Map<String, ?> body) {
        return sendAsync(json(path, Json.write(body)));
    }

    public Reply postText(String path, String text) {
        return send(body(path, "text/plain", BodyPublishers.ofString(text)));
    }

    /// Starts a POST with a body of any type.
    public HttpRequest.Builder body(String path, String contentType, BodyPublisher body) {
        return request(path).header("Content-Type", contentType).POST(body);
    }

    /// Starts a POST with a JSON body.
    public HttpRequest.Builder json(String path, String json) {
        return body(path, "application/json", BodyPublishers.ofString(json));
    }

    /// Starts a sweep of six names, in place of one with the same name. Its options vary in the order of their names.
    public void startSweep(String name, Map<String, ?> grid, long steps) {
        deleteSweep(name);
        Map<String, ?> varied =
                new TreeMap<>(grid); // the order of Map.of differs from one JVM to the next
        Map<String, ?> options = Map.of("numSteps", 1000); // endless training would diverge
        post(
                        "/sweeps",
                        Map.of(
                                "name", name, "text", SIX_NAMES, "options", options, "grid", varied,
                                "steps", steps))
                .ok();
    }

    /// Deletes a sweep with its sessions, if there is one.
    public void deleteSweep(String name) {
        delete("/sweeps/" + name + "?sessions=true");
    }

    /// Creates or reinitializes a session, and returns its view.
    public JsonNode init(String name, Map<String, ?> options) {
        Reply reply = post("/sessions/" + name + "/init?overwrite=true", options);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return reply.json();
    }

    /// Creates or reinitializes a session with [#SIX_NAMES].
    public JsonNode initSixNames(String name) {
        return init(name, Map.of("text", SIX_NAMES));
    }

    /// Creates or reinitializes a small session with [#SIX_NAMES].
    public JsonNode initSmall(String name, String engine, String random, int batchSize) {
        return init(
                name,
                Map.of(
                        "text",
                        SIX_NAMES,
                        "engine",
                        engine,
                        "random",
                        random,
                        "nEmbd",
                        8,
                        "batchSize",
                        batchSize));
    }

    /// Creates or reinitializes a session whose steps are so slow that a call of very many steps outlasts a
    /// test.
    public JsonNode initSlow(String name) {
        return init(name, Map.of("engine", "scalar", "nEmbd", 4, "text", SIX_NAMES));
    }

    public JsonNode view(String name) {
        return get("/sessions/" + name).ok();
    }

    public JsonNode step(String name, int count) {
        return post("/sessions/" + name + "/step", Map.of("count", count, "viz", "none")).ok();
    }

    /// Starts a call of so many steps that in a slow session it runs until it is ended from outside.
    public CompletableFuture<Reply> stepWithoutEnd(String name) {
        return postAsync("/sessions/" + name + "/step", Map.of("count", 1_000_000, "viz", "none"));
    }

    public double[] losses(String name) {
        return Json.doubles(get("/sessions/" + name + "/losses").ok().path("losses"));
    }
}
