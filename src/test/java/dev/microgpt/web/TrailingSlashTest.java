package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.Map;

/// Tests that a path with a trailing slash works like the path without it.
@ServiceTest
final class TrailingSlashTest {

    private final Api api;

    TrailingSlashTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void callsWorkWithATrailingSlash() {
        api.initSixNames("slash");

        assertThat(api.get("/sessions/?limit=1").ok().path("sessions").size()).isEqualTo(1);
        assertThat(api.get("/sessions/slash/").header("ETag")).isNotEmpty();
        assertThat(
                        api.post("/sessions/slash/step/", Map.of("count", 2))
                                .ok()
                                .path("step")
                                .intValue())
                .isEqualTo(2);
        assertThat(api.send(api.root("/actuator/health/")).status()).isEqualTo(200);
        assertThat(api.send(api.root("/v3/api-docs/")).status()).isEqualTo(200);
        assertThat(api.delete("/sessions/slash/").status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({
        "/s/names/, /s/names",
        "/s/names/lab/?at=3, /s/names/lab?at=3",
        "/compare/?s=a, /compare?s=a",
        "/sweeps/, /sweeps",
        "/sweeps/lr/, /sweeps/lr",
        "/swagger-ui.html/, /swagger-ui.html"
    })
    void pagesAreRedirected(String path, String page) {
        Reply reply = api.send(api.root(path).header("Accept", "text/html"));

        assertThat(reply.status()).isEqualTo(308);
        assertThat(reply.header("Location")).isEqualTo(page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/nothing/", "/nothing/", "/api/v1/sessions/slash/nothing/"})
    void unknownPathsAreNotFoundWithASlashEither(String path) {
        assertProblem(api.send(api.root(path)), 404, "not_found");
    }
}
