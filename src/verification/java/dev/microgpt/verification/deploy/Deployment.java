package dev.microgpt.verification.deploy;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Starts the cluster of `compose.yaml` on this machine, uses it through its proxy, and stops it. Needs nginx.
public final class Deployment {

    private static final Duration START_TIME = Duration.ofMinutes(3);
    private static final Duration SETTLE_TIME = Duration.ofSeconds(90);
    private static final Duration STOP_TIME = Duration.ofSeconds(10);
    private static final Duration CALL_TIME = Duration.ofSeconds(20);
    private static final Duration IDLE_TIME = Duration.ofSeconds(10);
    private static final int SESSIONS = 12;
    private static final int PARTITIONS = 271;

    private final PrintStream out;
    private final LocalCluster cluster;
    private final HttpClient plain = HttpClient.newBuilder().connectTimeout(CALL_TIME).build();
    private boolean isGood = true;

    private Deployment(PrintStream out, LocalCluster cluster) {
        this.out = out;
        this.cluster = cluster;
    }

    /// Exits with 2 if a check fails.
    public static void main(String[] args) throws Exception {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of("target", "deploy", UUID.randomUUID().toString()).toAbsolutePath();
        boolean isGood;
        try (LocalCluster cluster = new LocalCluster(directory)) {
            Deployment deployment = new Deployment(out, cluster);
            deployment.run();
            isGood = deployment.isGood;
        }
        System.exit(isGood ? 0 : 2);
    }

    private void run() throws Exception {
        long start = System.nanoTime();
        await(START_TIME, () -> metricsSum("microgpt_cluster_nodes") == 9);
        await(SETTLE_TIME, () -> metricsSum("microgpt_cluster_partitions") == PARTITIONS);
        report("three nodes own all partitions after %.1f s".formatted(seconds(start)), true);
        printIdleTransactions();
        checkAccess();
        checkPorts();
        checkCalls();
        checkWebSocket();
        checkEvents();
        checkStop();
    }

    private void report(String what, boolean isTrue) {
        isGood &= isTrue;
        out.printf("%-6s %s%n", isTrue ? "ok" : "FAILED", what);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void await(Duration time, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        while (true) {
            cluster.requireAlive();
            boolean isMet;
            try {
                isMet = condition.call();
            } catch (IOException _) {
                isMet = false; // not yet
            }
            if (isMet) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("the cluster was not ready after " + time);
            }
            Thread.sleep(200);
        }
    }

    // ---- requests

    private static HttpRequest.Builder request(String uri, @Nullable String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).timeout(CALL_TIME);
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private static String proxy(String path) {
        return "https://" + LocalCluster.PROXY + ":" + LocalCluster.PROXY_PORT + path;
    }

    private static String management(String node, String path) {
        return "http://" + LocalCluster.address(node) + ":" + LocalCluster.MANAGEMENT_PORT + path;
    }

    private Reply viaProxy(HttpRequest.Builder request) throws IOException, InterruptedException {
        return Reply.of(cluster.client().send(request.build(), BodyHandlers.ofString()));
    }

    private Reply direct(HttpRequest.Builder request) throws IOException, InterruptedException {
        return Reply.of(plain.send(request.build(), BodyHandlers.ofString()));
    }

    private Reply get(String path) throws IOException, InterruptedException {
        return viaProxy(request(proxy(path), cluster.adminKey()));
    }

    private Reply post(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return viaProxy(
                request(proxy(path), cluster.adminKey())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(Json.write(body))));
    }

    /// Returns the sum of a metric without labels over all nodes.
    private double metricsSum(String metric) throws IOException, InterruptedException {
        Pattern line = Pattern.compile("^" + metric + " (\\S+)$", Pattern.MULTILINE);
        double sum = 0;
        for (String node : cluster.nodes()) {
            Reply reply =
                    direct(request(management(node, "/actuator/prometheus"), cluster.metricsKey()));
            Matcher matcher = line.matcher(reply.body());
            if (reply.status() != 200 || !matcher.find()) {
                throw new IOException(node + " answered " + reply.status());
            }
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    // ---- checks

    private void printIdleTransactions() throws Exception {
        long before = cluster.transactions();
        Thread.sleep(IDLE_TIME);
        double perSecond = (cluster.transactions() - before) / (double) IDLE_TIME.toSeconds();
        out.printf(
                "       an idle node makes %.1f transactions/s%n",
                perSecond / cluster.nodes().size());
    }

    private void checkAccess() throws Exception {
        report("the proxy passes the page on", get("/").status() == 200);
        report(
                "calls need a key",
                viaProxy(request(proxy("/api/v1/sessions"), null)).status() == 401);
        report(
                "the public name is allowed",
                viaProxy(
                                        request(proxy("/api/v1/sessions"), cluster.adminKey())
                                                .header("Host", LocalCluster.PUBLIC_NAME))
                                .status()
                        == 200);
        report(
                "other names are not",
                viaProxy(
                                        request(proxy("/api/v1/sessions"), cluster.adminKey())
                                                .header("Host", "other.example.org"))
                                .status()
                        == 403);
        report("the proxy does not pass metrics on", get("/actuator/prometheus").status() == 404);
        for (String node : cluster.nodes()) {
            report(
                    node + " is ready, and its metrics need a key",
                    direct(request(management(node, "/actuator/health/readiness"), null)).status()
                                    == 200
                            && direct(request(management(node, "/actuator/prometheus"), null))
                                            .status()
                                    == 401);
        }
        String server = proxy("");
        report(
                "the service knows its public address",
                get("/v3/api-docs").ok().at("/servers/0/url").asString().equals(server));
        String path = "http://" + LocalCluster.address("node1") + ":8080/v3/api-docs";
        report(
                "only the proxy may say what it is",
                direct(
                                request(path, cluster.adminKey())
                                        .header("X-Forwarded-Host", LocalCluster.PUBLIC_NAME)
                                        .header("X-Forwarded-Proto", "https"))
                        .ok()
                        .at("/servers/0/url")
                        .asString()
                        .startsWith("http://127."));
    }

    private void checkPorts() throws Exception {
        for (String port : List.of("5701", "8081")) {
            boolean isClosed;
            try {
                var _ = direct(request("http://127.28.1.11:" + port + "/", null));
                isClosed = false;
            } catch (ConnectException _) {
                isClosed = true;
            }
            report("port " + port + " is closed on the front network", isClosed);
        }
        report(
                "the private port needs the secret",
                direct(request("http://127.28.2.11:8081/api/v1/sessions", cluster.adminKey()))
                                .status()
                        == 403);
    }

    private static String session(int number) {
        return "/api/v1/sessions/s" + number;
    }

    private void checkCalls() throws Exception {
        boolean isGoodSoFar = true;
        for (int i = 0; i < SESSIONS; i++) {
            post(session(i) + "/init", Map.of("text", Api.SIX_NAMES)).ok();
            isGoodSoFar &= post(session(i) + "/step", Map.of("count", 10)).status() == 200;
        }
        report(
                SESSIONS + " sessions are created, trained and listed through the proxy",
                isGoodSoFar
                        && get("/api/v1/sessions").ok().path("sessions").size() == SESSIONS
                        && metricsSum("microgpt_steps_total") == 10 * SESSIONS);
    }

    private void checkWebSocket() throws Exception {
        String ticket = post("/api/v1/tickets", Map.of()).ok().path("ticket").asString();
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        WebSocket socket =
                cluster.client()
                        .newWebSocketBuilder()
                        .buildAsync(
                                URI.create(
                                        proxy("/api/v1/ws?ticket=" + ticket)
                                                .replace("https:", "wss:")),
                                new Receiver(messages))
                        .orTimeout(CALL_TIME.toSeconds(), TimeUnit.SECONDS)
                        .join();
        for (int i = 0; i < SESSIONS; i++) {
            socket.sendText(
                            "{\"type\":\"subscribe\",\"session\":\"s%d\",\"viz\":\"none\"}"
                                    .formatted(i),
                            true)
                    .orTimeout(CALL_TIME.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
        awaitMessages(messages, "\"subscribed\"", SESSIONS);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            long start = System.nanoTime();
            var _ = post(session(i) + "/step", Map.of("count", 1)).ok();
            awaitMessages(messages, "\"frame\"", 1);
            times.add(1000 * seconds(start));
        }
        socket.abort();
        report(
                "a WebSocket with a ticket gets the frames of all sessions; step and frame take %.0f ms at most"
                        .formatted(times.stream().max(Double::compare).orElseThrow()),
                true);
    }

    private static void awaitMessages(BlockingQueue<String> messages, String type, int count)
            throws IOException, InterruptedException {
        int seen = 0;
        while (seen < count) {
            String message = messages.poll(CALL_TIME.toSeconds(), TimeUnit.SECONDS);
            if (message == null || message.contains("\"type\":\"error\"")) {
                throw new IOException("expected " + type + ", but got " + message);
            }
            seen += message.contains("\"type\":" + type) ? 1 : 0;
        }
    }

    private record Receiver(BlockingQueue<String> messages) implements WebSocket.Listener {

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            messages.add(data.toString());
            socket.request(1);
            return null;
        }
    }

    private void checkEvents() throws Exception {
        try (Stream<String> lines =
                cluster.client()
                        .send(
                                request(
                                                proxy(session(0) + "/events?fromStep=1"),
                                                cluster.adminKey())
                                        .build(),
                                BodyHandlers.ofLines())
                        .body()) {
            Iterator<String> events = lines.iterator();
            for (int step = 11; step <= 13; step++) {
                String id = "id: " + step;
                CompletableFuture.runAsync(
                                () -> {
                                    while (!events.next().equals(id)) {
                                        // other lines come before it
                                    }
                                })
                        .get(CALL_TIME.toSeconds(), TimeUnit.SECONDS);
                post(session(0) + "/step", Map.of("count", 1)).ok();
            }
        }
        report("an event stream gets each step at once", true);
    }

    private void checkStop() throws Exception {
        Duration time = cluster.stop("node2");
        report(
                "SIGTERM ends a node in %.1f s".formatted(time.toMillis() / 1000.0),
                time.compareTo(STOP_TIME) < 0);
        long start = System.nanoTime();
        boolean areThere = true;
        for (int i = 0; i < SESSIONS; i++) {
            areThere &= get(session(i)).ok().path("step").intValue() >= 11;
        }
        report(
                "the others have all its sessions: %.1f s for %d calls"
                        .formatted(seconds(start), SESSIONS),
                areThere);
        await(SETTLE_TIME, () -> metricsSum("microgpt_cluster_partitions") == PARTITIONS);
        for (String node : cluster.nodes()) {
            Duration each = cluster.stop(node);
            report(
                    "SIGTERM ends %s in %.1f s".formatted(node, each.toMillis() / 1000.0),
                    each.compareTo(STOP_TIME) < 0);
        }
    }
}
