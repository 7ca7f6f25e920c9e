package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.FreePort;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/// The port at which a node accepts calls from the others.
@MostlyWaiting
final class PrivatePortTest {

    private static final String VALID = "Microgpt-Cluster-Secret: " + TestCluster.SECRET;
    private static final String HOST = "Host: localhost";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    private static int privatePort;

    @BeforeAll
    static void start() {
        cluster = new TestCluster(1, data);
        privatePort = cluster.node(0).node().forwardPort();
        cluster.setOwner("mine", cluster.node(0).node());
        cluster.setOwner("other", new Node(new UUID(9, 9), "127.0.0.1", FreePort.find()));
        cluster.node(0).api().initSixNames("mine");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-None: 1",
                "Microgpt-Cluster-Secret: ",
                "Microgpt-Cluster-Secret: 0123456789-0123456789-012345678",
                "Microgpt-Cluster-Secret: 0123456789-0123456789-0123456780"
            })
    void aCallerWithoutTheSecretIsRejected(String header) {
        Reply reply = RawHttp.send(privatePort, "GET /api/v1/sessions/mine HTTP/1.1", HOST, header);

        assertProblem(reply, 403, "unauthorized");
        assertThat(reply.header("Connection")).isEqualTo("close");
    }

    @Test
    void aBodyWithoutTheSecretIsNotRead() throws IOException {
        try (RawClient client = RawClient.connect(privatePort)) {
            client.send(
                    "POST /api/v1/sessions/mine/load HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc");
            assertThat(client.endsWithin(Duration.ofSeconds(5))).isTrue();
            assertProblem(client.answer(), 403, "unauthorized");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/actuator/health", "/v3/api-docs", "/js/app.js", "/swagger-ui.html"})
    void onlyTheApiIsServed(String path) {
        assertProblem(
                RawHttp.send(privatePort, "GET " + path + " HTTP/1.1", HOST, VALID),
                404,
                "not_found");
    }

    @Test
    void aNodeWithTheSecretIsServed() {
        Reply reply = RawHttp.send(privatePort, "GET /api/v1/sessions/mine HTTP/1.1", HOST, VALID);

        assertThat(reply.ok().path("name").stringValue()).isEqualTo("mine");
        assertThat(reply.headers().firstValue("RateLimit")).isEmpty();
    }

    @Test
    void aCallForASessionOfAnotherNodeIsNotForwardedAgain() throws IOException {
        Reply reply = RawHttp.send(privatePort, "GET /api/v1/sessions/other HTTP/1.1", HOST, VALID);
        assertProblem(reply, 421, "busy");
        assertThat(reply.header("Microgpt-Cluster-Not-Owner")).isEqualTo("true");

        try (RawClient client = RawClient.connect(privatePort)) {
            client.send(
                    "POST /api/v1/sessions/other/load HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                            + VALID
                            + "\r\nContent-Length: 1000000\r\n\r\n");
            assertThat(client.endsWithin(Duration.ofSeconds(5))).isTrue();
            assertThat(client.received()).startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void internalHeadersAreIgnoredOnThePublicPort() {
        int port = cluster.node(0).port();
        Reply mine =
                RawHttp.send(
                        port,
                        "GET /api/v1/sessions/mine HTTP/1.1",
                        HOST,
                        VALID,
                        "Microgpt-Cluster-Caller: alice",
                        "Microgpt-Cluster-Client-Scheme: https");
        assertThat(mine.ok().path("name").stringValue()).isEqualTo("mine");
        assertThat(mine.header("RateLimit")).isNotEmpty();
        // tried, and not answered with 421
        assertProblem(
                RawHttp.send(port, "GET /api/v1/sessions/other HTTP/1.1", HOST, VALID),
                503,
                "busy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "with spaces with spaces with spaces with spaces"})
    void aSecretIsRequired(String secret, @TempDir Path directory) {
        assertThatThrownBy(
                        () ->
                                LocalService.start(
                                                directory,
                                                "--microgpt.cluster.enabled=true",
                                                "--microgpt.cluster.size=1",
                                                "--microgpt.cluster.secret=" + secret)
                                        .close())
                .rootCause()
                .hasMessageContaining("microgpt.cluster.secret must have at least 32 characters");
    }
}
