package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tests that invalid names, paths and methods get a problem that explains the error.
@ServiceTest
final class NamesAndPathsTest {

    private final Api api;

    NamesAndPathsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private List<Reply> allCalls(String name) {
        String path = "/sessions/" + name;
        return List.of(
                api.get(path),
                api.delete(path),
                api.postText(path + "/load", "alice"),
                api.post(path + "/step"),
                api.post(path + "/generate"),
                api.get(path + "/losses"),
                api.get(path + "/embeddings"),
                api.get(path + "/config"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Demo",
                "-demo",
                "de_mo",
                "de.mo",
                "de%20mo",
                "%C3%A9",
                "%F0%9F%98%80",
                "d%0Aemo",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void rejectsInvalidNames(String name) {
        assertProblem(api.post("/sessions/" + name + "/init"), 400, "invalid_name")
                .hasField("name");
        for (Reply reply : allCalls(name)) {
            assertProblem(reply, 400, "invalid_name").hasField("name");
        }
    }

    /// The servlet container itself rejects these.
    @ParameterizedTest
    @ValueSource(strings = {"a%2fb", "a%2Fb", "a%00b", "a%5cb", "%", "a%zz", "%C3"})
    void rejectsMalformedPaths(String name) {
        String request = "GET /api/v1/sessions/%s HTTP/1.1".formatted(name);
        Reply reply = RawHttp.send(api.port(), request, "Host: localhost");

        assertThat(reply.status()).isEqualTo(400);
        assertProblem(reply, 400, reply.json().path("code").stringValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0",
                "a-",
                "0-1",
                "names-2018",
                "012345678901234567890123456789012345678901234567890123456789012"
            })
    void acceptsValidNames(String name) {
        assertThat(api.init(name, Map.of()).path("name").stringValue()).isEqualTo(name);
        assertThat(api.delete("/sessions/" + name).status()).isEqualTo(204);
    }

    @Test
    void reportsUnknownSessions() {
        for (Reply reply : allCalls("nobody")) {
            assertProblem(reply, 404, "not_found").hasField("name").hasValue("nobody");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                "/api",
                "/api/v1",
                "/api/v1/nope",
                "/api/v2/sessions",
                "/api/v1/sessions/demo/nope",
                "/api/v1/sessions/demo/step/1",
                "/api/v1/sessions//step",
                "/error",
                "/index.php?x=<script>",
                "/..%3B/etc/passwd"
            })
    void reportsUnknownPaths(String path) {
        for (String accept : new String[] {"*/*", "application/json"}) {
            assertUnknown(api.send(api.root(encoded(path)).header("Accept", accept)));
        }
    }

    /// Also where a part of the path has its own handler.
    @ParameterizedTest
    @ValueSource(strings = {"/js/nope.js", "/_static/nope/1/x.js", "/swagger-ui/nope", "/nope"})
    void namesTheUnknownPath(String path) {
        assertProblem(api.send(api.root(path)), 404, "not_found")
                .hasDetail("there is no resource " + path);
    }

    private static void assertUnknown(Reply reply) {
        assertThat(reply.status()).isIn(400, 404);
        assertProblem(
                reply,
                reply.status(),
                reply.status() == 404 ? "not_found" : reply.json().path("code").stringValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1",
                "/api/v1/nope",
                "/api/v1/sessions/demo/nope",
                "/error",
                "/..%3B/etc/passwd"
            })
    void unknownCallsAreReportedAsProblemsToBrowsersToo(String path) {
        assertUnknown(api.send(api.root(encoded(path)).header("Accept", "text/html")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/index.php?x=<script>alert(1)</script>"})
    void anUnknownPathIsAPageForABrowser(String path) {
        Reply reply = api.send(api.root(encoded(path)).header("Accept", "text/html"));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("Content-Type")).startsWith("text/html");
        assertThat(reply.body()).contains("not-found").doesNotContain("alert(1)");
    }

    private static String encoded(String path) {
        return path.replace("<", "%3C").replace(">", "%3E");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /sessions/demo, GET, DELETE",
        "POST, /sessions/demo, GET, DELETE",
        "POST, /sessions, GET, GET",
        "DELETE, /sessions, GET, GET",
        "GET, /sessions/demo/init, POST, POST",
        "GET, /sessions/demo/load, POST, POST",
        "GET, /sessions/demo/step, POST, POST",
        "PUT, /sessions/demo/generate, POST, POST",
        "DELETE, /sessions/demo/losses, GET, GET",
        "POST, /sessions/demo/embeddings, GET, GET",
        "POST, /sessions/demo/config, GET, GET",
        "POST, /limits, GET, GET",
        "DELETE, /datasets, GET, GET",
        "BREW, /datasets, GET, GET"
    })
    void reportsTheAllowedMethods(String method, String path, String first, String second) {
        Reply reply = api.send(api.request(path).method(method, BodyPublishers.noBody()));

        assertProblem(reply, 405, "method_not_allowed").hasDetail(first);
        assertThat(Set.of(reply.header("Allow").split(", *", -1))).contains(first, second);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/limits | 405 | GET",
                "/api/v1/sessions/demo | 405 | DELETE, GET, PATCH",
                "/api/v1/sessions/demo/step | 405 | POST",
                "/api/v1/tickets | 405 | POST",
                "/ | 405 | GET",
                "/css/base.css | 405 | GET, HEAD",
                "/actuator/health | 405 | GET",
                "/api/v1/nope | 404 |"
            })
    void rejectsTrace(String path, int status, @Nullable String allowed) {
        Reply reply =
                RawHttp.send(
                        api.port(),
                        "TRACE " + path + " HTTP/1.1",
                        "Host: localhost",
                        "X-Secret: echo");

        assertProblem(reply, status, status == 404 ? "not_found" : "method_not_allowed");
        assertThat(reply.body()).doesNotContain("echo");
        if (allowed != null) {
            assertThat(Set.of(reply.header("Allow").split(", *", -1)))
                    .containsExactlyInAnyOrder(allowed.split(", *", -1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xml", "image/png"})
    void reportsThatOnlyJsonIsAvailable(String accept) {
        for (String path : new String[] {"/limits", "/sessions", "/datasets"}) {
            Reply reply = api.send(api.request(path).header("Accept", accept));
            assertProblem(reply, 406, "not_acceptable");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "text/html, */*;q=0.1", "application/*"})
    void servesClientsThatAcceptJson(String accept) {
        Reply reply = api.send(api.request("/limits").header("Accept", accept));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("application/json");
    }

    /// The problem is either that of the call, or that its response is not acceptable.
    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xml", "image/png"})
    void sendsProblemsWhateverTheClientAccepts(String accept) {
        for (String path :
                new String[] {"/sessions/nobody", "/sessions/Demo", "/sessions?limit=0"}) {
            Reply reply = api.send(api.request(path).header("Accept", accept));
            assertThat(reply.status()).isIn(400, 404, 406);
            assertProblem(reply, reply.status(), reply.json().path("code").stringValue());
        }
    }

    @Test
    void pointsHttpClientsToWebSocket() {
        Reply reply = api.get("/ws");

        assertThat(reply.status()).isBetween(400, 499);
        assertProblem(reply, reply.status(), reply.json().path("code").stringValue())
                .hasDetail("WebSocket");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, Upgrade, 13, 1, 405, method_not_allowed",
        "TRACE, Upgrade, 13, 1, 405, method_not_allowed",
        "GET, keep-alive, 13, 1, 400, invalid_name",
        "GET, Upgrade, 13, 0, 400, invalid_name",
        "GET, Upgrade, 7, 1, 426, not_implemented"
    })
    void explainsInvalidHandshakes(
            String method, String connection, String version, int keys, int status, String code) {
        Reply reply =
                RawHttp.sendText(
                        api.port(),
                        """
                        %s /api/v1/ws HTTP/1.1
                        Host: localhost
                        Upgrade: websocket
                        Connection: %s
                        Sec-WebSocket-Version: %s
                        %s

                        """
                                .replace("\n", "\r\n")
                                .formatted(
                                        method,
                                        connection,
                                        version,
                                        keys == 0
                                                ? "X-A: b"
                                                : "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));

        assertProblem(reply, status, code);
        if (status == 405) {
            assertThat(reply.header("Allow")).isEqualTo("GET");
        }
        if (status == 426) {
            assertThat(reply.header("Sec-WebSocket-Version")).isEqualTo("13");
        }
    }

    @Test
    void handlesHeadLikeGet() {
        Reply reply = api.send(api.request("/limits").method("HEAD", BodyPublishers.noBody()));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
    }

    @Test
    void rejectsInvalidHostHeader() {
        Reply reply = RawHttp.send(api.port(), "GET /api/v1/limits HTTP/1.1", "Host: a b");

        assertThat(reply.status()).isEqualTo(400);
        if (!reply.body().isEmpty()) {
            assertThat(Json.parse(reply.body()).path("status").intValue()).isEqualTo(400);
        }
    }
}
