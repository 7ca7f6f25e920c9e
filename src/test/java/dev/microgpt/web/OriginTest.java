package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Map;

/// Tests that pages of other origins can neither change nor watch a session.
@ServiceTest
final class OriginTest {

    private static final String PATH = "/sessions/origin";

    private final Api api;

    OriginTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("origin");
    }

    private List<Reply> changesFrom(String origin) {
        var options = BodyPublishers.ofString("{\"nEmbd\": 8}");
        return List.of(
                api.send(
                        api.body(PATH + "/init?overwrite=true", "application/json", options)
                                .header("Origin", origin)),
                api.send(
                        api.body(PATH + "/load", "text/plain", BodyPublishers.ofString("bob"))
                                .header("Origin", origin)),
                api.send(
                        api.request(PATH + "/step")
                                .POST(BodyPublishers.noBody())
                                .header("Origin", origin)),
                api.send(
                        api.request(PATH + "/generate")
                                .POST(BodyPublishers.noBody())
                                .header("Origin", origin)),
                api.send(api.request(PATH).DELETE().header("Origin", origin)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://localhost:1",
                "http://localhost",
                "http://localhost.evil.example",
                "null",
                "nonsense",
                "file://"
            })
    void rejectsChangesFromForeignPages(String origin) {
        var before = api.view("origin");

        for (Reply reply : changesFrom(origin)) {
            assertProblem(reply, 403, "forbidden_origin").hasValue(origin);
        }
        assertThat(api.view("origin")).isEqualTo(before);
    }

    @Test
    void theSchemeIsPartOfTheOrigin() {
        for (Reply reply : changesFrom("https://localhost:" + api.port())) {
            assertProblem(reply, 403, "forbidden_origin");
        }
    }

    @Test
    void acceptsChangesFromOwnPages() {
        assertThat(changesFrom(api.origin()).subList(1, 5))
                .extracting(Reply::status)
                .containsExactly(200, 200, 200, 204);
    }

    @Test
    void readingIsHarmless() {
        var view = api.send(api.request(PATH).header("Origin", "https://evil.example"));

        assertThat(view.status()).isEqualTo(200);
        assertThat(view.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void preflightAllowsNothing() {
        Reply reply =
                api.send(
                        api.request(PATH + "/step")
                                .method("OPTIONS", BodyPublishers.noBody())
                                .header("Origin", "https://evil.example")
                                .header("Access-Control-Request-Method", "POST"));

        assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
        if (reply.status() >= 400) {
            assertProblem(reply, 403, "forbidden_origin");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://localhost:1", "null"})
    void rejectsHandshakesFromForeignPages(String origin) {
        assertThatThrownBy(() -> Live.connectFrom(origin, api.port()))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void aRejectedHandshakeGetsAProblem() {
        Reply reply =
                RawHttp.sendText(
                        api.port(),
                        """
                        GET /api/v1/ws HTTP/1.1
                        Host: localhost:%d
                        Upgrade: websocket
                        Connection: Upgrade, close
                        Sec-WebSocket-Version: 13
                        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                        Origin: https://evil.example

                        """
                                .formatted(api.port())
                                .replace("\n", "\r\n"));

        assertProblem(reply, 403, "forbidden_origin").hasValue("https://evil.example");
    }

    @Test
    void acceptsHandshakesFromOwnPagesAndPrograms() {
        for (Live live :
                List.of(Live.connectFrom(api.origin(), api.port()), Live.connect(api.port()))) {
            try (live) {
                live.send("getConfig", "session", "origin");
                assertThat(live.next("config").path("session").stringValue()).isEqualTo("origin");
            }
        }
    }

    @Test
    void programsSendNoOrigin() {
        assertThat(api.post(PATH + "/step", Map.of()).status()).isEqualTo(200);
    }
}
