package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/// With If-None-Match, a representation that the client has is not sent again, and an existing session is not
/// replaced.
@ServiceTest
final class IfNoneMatchTest {

    private static final String SESSION = "/sessions/matched";
    private static final String NEW = "/sessions/matched-new";

    private final Api api;

    IfNoneMatchTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("matched");
        api.delete(NEW);
    }

    private Reply get(String path, String tags) {
        return api.send(api.request(path).header("If-None-Match", tags));
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSION, SESSION + "/checkpoint"})
    void anUnchangedRepresentationIsNotSentAgain(String path) {
        String tag = api.get(path).header("ETag");
        for (String header : new String[] {tag, "W/" + tag, "\"other\", " + tag, "*"}) {
            Reply reply = get(path, header);
            assertThat(reply.status()).as(header).isEqualTo(304);
            assertThat(reply.body()).isEmpty();
            assertThat(reply.header("ETag")).isEqualTo(tag);
            assertThat(api.send(api.request(path).HEAD().header("If-None-Match", header)).status())
                    .isEqualTo(304);
        }
        assertThat(get(path, "\"other\"").status()).isEqualTo(200);

        api.step("matched", 1);
        assertThat(get(path, tag).status()).isEqualTo(200);
    }

    @Test
    void unknownSessionsAreNotFound() {
        assertProblem(get(NEW, "*"), 404, "not_found");
        assertProblem(get(NEW + "/checkpoint", "*"), 404, "not_found");
    }

    private Reply init(String path, String query) {
        return api.send(
                api.body(path + "/init" + query, "application/json", BodyPublishers.ofString("{}"))
                        .header("If-None-Match", "*"));
    }

    @Test
    void initOnlyCreatesNewSessions() {
        api.step("matched", 3);
        for (String query : new String[] {"", "?overwrite=true"}) {
            assertProblem(init(SESSION, query), 412, "stale").hasField("If-None-Match");
        }
        assertThat(api.view("matched").path("step").longValue()).isEqualTo(3);
        assertThat(init(NEW, "?overwrite=true").status()).isEqualTo(201);
        assertProblem(init("/sessions/NO", ""), 400, "invalid_name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST   | /load?overwrite=true | {"text": "ab"}
                    POST   | /step                | {}
                    POST   | /runs                | {"steps": 1}
                    PATCH  |                      | {"learningRate": 0.5}
                    DELETE |                      | {}
                    """)
    void existingSessionsAreNotChanged(String method, @Nullable String path, String body) {
        String before = api.get(SESSION).toString();
        assertProblem(
                api.send(
                        api.request(path == null ? SESSION : SESSION + path)
                                .header("Content-Type", "application/json")
                                .header("If-None-Match", "*")
                                .method(method, BodyPublishers.ofString(body))),
                412,
                "stale");
        assertThat(api.get(SESSION)).hasToString(before);
    }

    private byte[] file() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = api.request(SESSION + "/checkpoint").build();
            return client.send(request, BodyHandlers.ofByteArray()).body();
        }
    }

    @Test
    void uploadedCheckpointsOnlyCreateNewSessions() throws Exception {
        byte[] file = file();
        for (String path : new String[] {SESSION, NEW}) {
            Reply reply =
                    api.send(
                            api.request(path + "/checkpoint?overwrite=true")
                                    .header("Content-Type", "application/octet-stream")
                                    .header("If-None-Match", "*")
                                    .PUT(BodyPublishers.ofByteArray(file)));
            if (path.equals(NEW)) {
                assertThat(reply.status()).as(reply.body()).isEqualTo(201);
            } else {
                assertProblem(reply, 412, "stale").hasField("If-None-Match");
            }
        }
    }
}
