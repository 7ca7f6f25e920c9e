package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.cluster.TestCluster.TestNode;
import dev.microgpt.support.Api;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.NewKey;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Who has made a forwarded call, and from where, as the owner of the session sees it.
@MostlyWaiting
final class ForwardedCallerTest {

    private static final Duration SHORT = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static TestNode entry;

    @SuppressWarnings("NullAway.Init")
    private static TestNode owner;

    private static final List<String> SETTINGS = new ArrayList<>();
    private static final String ALICE = newKey("alice");
    private static final String BOB = newKey("bob");

    private static String newKey(String name) {
        NewKey key = NewKey.of(name);
        SETTINGS.add("--" + key.setting());
        return key.text();
    }

    @BeforeAll
    static void start() {
        SETTINGS.add("--server.forward-headers-strategy=framework");
        SETTINGS.add("--microgpt.security.allowed-hosts=models.example");
        SETTINGS.add("--server.tomcat.accesslog.enabled=true");
        SETTINGS.add("--server.tomcat.accesslog.directory=" + data.resolve("log"));
        SETTINGS.add("--server.tomcat.accesslog.buffered=false");
        SETTINGS.add("--server.tomcat.accesslog.pattern=%{local}p %a %{Host}i %S %U");
        cluster = new TestCluster(2, data, SETTINGS.toArray(String[]::new));
        entry = cluster.node(0);
        owner = cluster.node(1);
        for (String name : List.of("hers", "ticketed", "proxied")) {
            cluster.setOwner(name, owner.node());
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void sessionsBelongToTheKeyOfTheCaller() {
        Api alice = entry.api().withKey(ALICE);
        Api bob = entry.api().withKey(BOB);
        alice.initSixNames("hers");

        assertThat(owner.api().withKey(ALICE).view("hers")).isEqualTo(alice.view("hers"));
        assertProblem(bob.get("/sessions/hers"), 404, "not_found");
        bob.initSixNames("hers");
        assertThat(alice.delete("/sessions/hers").status()).isEqualTo(204);
        assertThat(bob.view("hers").path("name").stringValue()).isEqualTo("hers");
        assertProblem(entry.api().get("/sessions/hers"), 401, "unauthorized");
        assertProblem(
                entry.api().withKey("alice.wrong").get("/sessions/hers"), 401, "unauthorized");
    }

    @Test
    void theOwnerChecksTheKeyAgain() {
        String secret = "Microgpt-Cluster-Secret: " + TestCluster.SECRET;
        int port = owner.node().forwardPort();
        String line = "GET /api/v1/sessions HTTP/1.1";

        assertProblem(
                RawHttp.send(
                        port,
                        line,
                        "Host: localhost",
                        secret,
                        "Microgpt-Cluster-Caller: alice",
                        "Authorization: Bearer alice.wrong"),
                401,
                "unauthorized");
        assertProblem(
                RawHttp.send(port, line, "Host: localhost", secret, "Microgpt-Cluster-Caller: eve"),
                401,
                "unauthorized");
        assertProblem(RawHttp.send(port, line, "Host: localhost", secret), 401, "unauthorized");
        assertThat(
                        RawHttp.send(
                                        port,
                                        line,
                                        "Host: localhost",
                                        secret,
                                        "Microgpt-Cluster-Caller: alice")
                                .status())
                .isEqualTo(200);
        assertProblem(
                RawHttp.send(
                        entry.port(),
                        line,
                        "Host: localhost",
                        secret,
                        "Microgpt-Cluster-Caller: alice"),
                401,
                "unauthorized");
    }

    @Test
    void aTicketOpensAStreamOfAnotherNodeOnce() throws IOException {
        Api alice = entry.api().withKey(ALICE);
        alice.initSixNames("ticketed");
        String ticket = alice.post("/tickets").ok().path("ticket").stringValue();
        String request =
                "GET /api/v1/sessions/ticketed/events?ticket="
                        + ticket
                        + " HTTP/1.1\r\nHost: localhost\r\n\r\n";

        try (RawClient client = RawClient.connect(entry.port())) {
            client.send(request);
            assertThat(client.head(SHORT))
                    .startsWith("HTTP/1.1 200")
                    .contains("Content-Type: text/event-stream");
        }
        try (RawClient client = RawClient.connect(entry.port())) {
            client.send(request);
            assertThat(client.head(SHORT)).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void theOwnerSeesTheAddressHostAndSchemeOfTheClient() throws IOException {
        String[] headers = {
            "Host: localhost",
            "Authorization: Bearer " + ALICE,
            "X-Forwarded-For: 203.0.113.7",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: models.example",
            "X-Forwarded-Port: 8443",
            "X-Forwarded-Prefix: /gpt",
            "Content-Length: 0"
        };
        Reply reply = init(headers, "Origin: https://models.example:8443");

        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/gpt/api/v1/sessions/proxied");
        assertProblem(init(headers, "Origin: http://models.example:8443"), 403, "forbidden_origin");
        // the entry node logs the address of the proxy
        await().untilAsserted(
                        () ->
                                assertThat(log())
                                        .anyMatch(
                                                line ->
                                                        line.contains(
                                                                " 203.0.113.7 models.example:8443 ")));
    }

    private static List<String> log() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> logs = Files.list(data.resolve("log"))) {
            for (Path log : logs.toList()) {
                lines.addAll(Files.readAllLines(log));
            }
        }
        return lines;
    }

    private static Reply init(String[] headers, String origin) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(origin);
        return RawHttp.send(
                entry.port(),
                "POST /api/v1/sessions/proxied/init?overwrite=true HTTP/1.1",
                all.toArray(String[]::new));
    }
}
