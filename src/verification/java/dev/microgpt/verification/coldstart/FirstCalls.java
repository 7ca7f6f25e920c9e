package dev.microgpt.verification.coldstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.jar.JarFile;

/// The first calls of a new service: a hundred at once, such as a few browsers, a monitor and some scripts
/// make.
final class FirstCalls implements AutoCloseable {

    private static final int CALLS = 100;
    private static final int SESSIONS = 10;
    private static final int SOCKETS = 6;
    private static final String STATIC = "BOOT-INF/classes/static";
    private static final String NAMES = "emma\\nolivia\\nava\\nisabella\\nsophia";

    private static final List<String> PAGES =
            List.of(
                    "/",
                    "/s/cold-0",
                    "/s/cold-1/lab",
                    "/s/cold-2/tour",
                    "/s/cold-3/strings",
                    "/compare",
                    "/v3/api-docs",
                    "/swagger-ui.html",
                    "/swagger-ui/index.html",
                    "/swagger-ui/swagger-ui-bundle.js",
                    "/v3/api-docs/swagger-config",
                    "/actuator/health",
                    "/actuator/health/readiness",
                    "/actuator/info",
                    "/actuator/metrics",
                    "/actuator/prometheus",
                    "/api/v1/sessions",
                    "/api/v1/datasets",
                    "/api/v1/limits");

    /// One call.
    ///
    /// @param fault empty if the response is the expected one
    record Call(String name, CompletableFuture<String> fault) {}

    private final List<HttpClient> clients = new ArrayList<>();
    private final HttpClient browser = client();
    private final int port;
    private final List<Call> calls = new ArrayList<>();

    private FirstCalls(int port) {
        this.port = port;
    }

    private HttpClient client() {
        HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build();
        clients.add(client);
        return client;
    }

    /// Sends all calls, and does not wait for the responses.
    static FirstCalls send(int port, Path jar) throws IOException {
        List<String> files = staticFiles(jar);
        FirstCalls first = new FirstCalls(port);
        for (int i = 0; i < SESSIONS; i++) {
            first.useSession("cold-" + i);
        }
        for (int i = 0; i < SOCKETS; i++) {
            first.openSocket();
        }
        PAGES.forEach(first::get);
        for (int i = 0; first.calls.size() < CALLS; i++) {
            first.get(files.get(i % files.size()));
        }
        return first;
    }

    private static List<String> staticFiles(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith(STATIC) && !name.endsWith("/"))
                    .map(name -> name.substring(STATIC.length()))
                    .toList();
        }
    }

    /// Acts as a script: creates a session, trains it, generates texts, and watches it. It has its own
    /// client, because the service may close a connection at any moment that has been idle for some seconds.
    private void useSession(String session) {
        HttpClient client = client();
        String path = "/api/v1/sessions/" + session;
        CompletableFuture<String> created =
                send(client, post(path + "/init", "{\"text\":\"%s\"}".formatted(NAMES)), 201);
        CompletableFuture<String> trained =
                created.thenCompose(_ -> send(client, post(path + "/step", "{\"count\":10}"), 200));
        CompletableFuture<String> generated =
                trained.thenCompose(_ -> send(client, post(path + "/generate", "{}"), 200));
        CompletableFuture<String> watched =
                created.thenCompose(
                        _ ->
                                send(
                                        client,
                                        request(path + "/events")
                                                .header("Accept", "text/event-stream"),
                                        200));
        calls.add(new Call("init " + session, created));
        calls.add(new Call("step " + session, trained));
        calls.add(new Call("generate " + session, generated));
        calls.add(new Call("events " + session, watched));
    }

    private void get(String path) {
        calls.add(new Call(path, send(browser, request(path), 200)));
    }

    private HttpRequest.Builder post(String path, String json) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private CompletableFuture<String> send(
            HttpClient client, HttpRequest.Builder request, int expected) {
        CompletableFuture<String> fault = new CompletableFuture<>();
        // An event stream does not end: its headers count as the response.
        HttpResponse.BodyHandler<Void> body =
                info -> {
                    if (isStream(info)) {
                        fault.complete(fault(info.statusCode(), expected));
                    }
                    return BodySubscribers.discarding();
                };
        CompletableFuture<HttpResponse<Void>> exchange = client.sendAsync(request.build(), body);
        var _ =
                exchange.whenComplete(
                        (response, failure) -> {
                            if (failure != null) {
                                fault.completeExceptionally(failure);
                            } else {
                                fault.complete(fault(response.statusCode(), expected));
                            }
                        });
        return fault;
    }

    private static boolean isStream(HttpResponse.ResponseInfo info) {
        return info.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("text/event-stream"))
                .isPresent();
    }

    private static String fault(int status, int expected) {
        return status == expected ? "" : "status " + status;
    }

    /// Acts as a page: opens a WebSocket, sends a message, and waits for the answer.
    private void openSocket() {
        CompletableFuture<String> fault = new CompletableFuture<>();
        var _ =
                browser.newWebSocketBuilder()
                        .buildAsync(
                                URI.create("ws://127.0.0.1:" + port + "/api/v1/ws"),
                                new FirstMessage(fault))
                        .thenCompose(
                                socket ->
                                        socket.sendText(
                                                "{\"type\":\"getConfig\",\"session\":\"cold-0\"}",
                                                true))
                        .whenComplete(
                                (_, failure) -> {
                                    if (failure != null) {
                                        fault.completeExceptionally(failure);
                                    }
                                });
        calls.add(new Call("socket", fault));
    }

    private record FirstMessage(CompletableFuture<String> fault) implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            fault.complete("");
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            fault.complete("closed with " + code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            fault.completeExceptionally(failure);
        }
    }

    List<Call> calls() {
        return calls;
    }

    /// Returns whether a later call is answered in time.
    boolean isAnsweredLater(Duration timeout) throws InterruptedException {
        try {
            HttpRequest later = request("/api/v1/limits").timeout(timeout).build();
            return client().send(later, BodyHandlers.discarding()).statusCode() > 0;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        clients.forEach(HttpClient::shutdownNow);
    }
}
