package dev.microgpt.access;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

/// Tests under which host names the service can be called.
final class AllowedHostsTest {

    @TempDir static Path data;
    private static LocalService service;

    @BeforeAll
    static void start() {
        service =
                LocalService.start(
                        data, "--microgpt.security.allowed-hosts=gpt.example,.lab.example");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Reply get(String path, String host, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = "Host: " + host;
        System.arraycopy(headers, 0, all, 1, headers.length);
        return RawHttp.send(service.api().port(), "GET " + path + " HTTP/1.1", all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "LOCALHOST",
                "a.localhost",
                "127.0.0.1",
                "192.168.1.5:8080",
                "[::1]:8080",
                "[fe80::1]",
                "gpt.example",
                "GPT.example:443",
                "a.lab.example"
            })
    void allowsItsOwnNames(String host) {
        assertThat(get("/api/v1/limits", host).status()).isEqualTo(200);
    }

    /// Sends what a page of evil.example sends after DNS rebinding.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "gpt.example.evil.example",
                "lab.example.evil.example",
                "evillab.example",
                "cafe"
            })
    void rejectsOtherNames(String host) {
        for (String path : new String[] {"/api/v1/limits", "/", "/v3/api-docs"}) {
            assertProblem(get(path, host), 403, "forbidden_host")
                    .hasField("Host")
                    .hasDetail("microgpt.security.allowed-hosts");
        }
        Reply handshake =
                get(
                        "/api/v1/ws",
                        host,
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertProblem(handshake, 403, "forbidden_host");
    }

    @Test
    void allowsHttp10RequestsWithoutAHost() {
        Reply reply = RawHttp.send(service.api().port(), "GET /api/v1/limits HTTP/1.0");
        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void responsesDoNotAllowOtherOriginsToReadThem() {
        Api api = service.api();
        Reply reply = api.send(api.request("/sessions").header("Origin", "https://course.example"));
        assertThat(reply.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
}
