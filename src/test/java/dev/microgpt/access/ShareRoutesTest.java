package dev.microgpt.access;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Api;
import dev.microgpt.support.DocumentedCalls;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Tests what the bearer of a share may call, on every call of the OpenAPI document: a new one is tested as well.
final class ShareRoutesTest {

    private static final String SESSION = "/api/v1/sessions/{name}";

    /// All that a share allows.
    private static final Set<String> ALLOWED =
            Set.of(
                    "GET /api/v1/limits",
                    "GET /api/v1/datasets",
                    "POST /api/v1/tickets",
                    "GET " + SESSION,
                    "GET " + SESSION + "/config",
                    "GET " + SESSION + "/history",
                    "GET " + SESSION + "/keyframes",
                    "GET " + SESSION + "/runs",
                    "GET " + SESSION + "/runs/{id}",
                    "GET " + SESSION + "/losses",
                    "GET " + SESSION + "/baselines",
                    "GET " + SESSION + "/validation",
                    "GET " + SESSION + "/embeddings",
                    "GET " + SESSION + "/positions",
                    "GET " + SESSION + "/heads",
                    "GET " + SESSION + "/tokenizer",
                    "GET " + SESSION + "/parameters",
                    "GET " + SESSION + "/parameters/{matrix}",
                    "GET " + SESSION + "/parameters/{matrix}/histograms",
                    "GET " + SESSION + "/anatomy",
                    "GET " + SESSION + "/anatomy/tensors/{tensor}",
                    "GET " + SESSION + "/anatomy/graph",
                    "GET " + SESSION + "/events",
                    "POST " + SESSION + "/generate",
                    "POST " + SESSION + "/inspect",
                    "POST " + SESSION + "/score",
                    "POST " + SESSION + "/tokenize",
                    "POST " + SESSION + "/probes");

    private static final String SHARED = "shared";
    private static final String OTHER = "other";

    @TempDir static Path keyedData;
    @TempDir static Path openData;
    private static KeyedService keyed;
    private static LocalService open;

    @BeforeAll
    static void start() {
        keyed = new KeyedService(keyedData, "--management.endpoints.web.exposure.include=*");
        open = LocalService.start(openData);
        for (Api owner : owners()) {
            for (String name : List.of(SHARED, OTHER)) {
                owner.initSixNames(name);
                owner.step(name, 2);
                owner.post("/sessions/" + name + "/runs", Map.of("steps", 1)).ok();
            }
        }
    }

    @AfterAll
    static void stop() {
        keyed.close();
        open.close();
    }

    private static List<Api> owners() {
        return List.of(keyed.alice(), open.api());
    }

    private static JsonNode share(Api owner) {
        deleteShares(owner);
        return owner.post("/sessions/" + SHARED + "/shares", Map.of()).ok();
    }

    private static void deleteShares(Api owner) {
        for (JsonNode share : owner.get("/sessions/" + SHARED + "/shares").ok().path("shares")) {
            owner.delete("/sessions/" + SHARED + "/shares/" + share.path("id").stringValue());
        }
    }

    private static Api withShare(Api owner) {
        return new Api(owner.port()).withKey(share(owner).path("token").stringValue());
    }

    private static List<String> documentedCalls() {
        return DocumentedCalls.of(keyed.alice());
    }

    private static Reply send(Api api, String call, String session) {
        String[] parts = call.split(" ", 2);
        String path =
                parts[1].replace("{name}", session)
                        .replace("{id}", "1")
                        .replace("{matrix}", "wte")
                        .replace("{tensor}", "wte")
                        .replaceAll("\\{[^}]*}", "any");
        boolean takesBody = Set.of("POST", "PUT", "PATCH").contains(parts[0]);
        // an event stream would not end
        HttpRequest.Builder request =
                api.root(path.endsWith("/events") ? path + "?viz=wrong" : path)
                        .method(
                                parts[0],
                                takesBody
                                        ? BodyPublishers.ofString(body(call))
                                        : BodyPublishers.noBody());
        if (takesBody) {
            request.header(
                    "Content-Type",
                    call.endsWith("/checkpoint") ? "application/octet-stream" : "application/json");
        }
        return api.send(request);
    }

    private static String body(String call) {
        return call.endsWith("/generate") ? "{\"seed\":1}" : "{}";
    }

    @Test
    void allThatIsAllowedIsDocumented() {
        assertThat(documentedCalls()).hasSizeGreaterThan(50).containsAll(ALLOWED);
    }

    @TestFactory
    Stream<DynamicTest> aShareAllowsTheListedCallsOnly() {
        return owners().stream()
                .flatMap(
                        owner -> {
                            Api bearer = withShare(owner);
                            return tests(
                                    call -> {
                                        Reply reply = send(bearer, call, SHARED);
                                        if (ALLOWED.contains(call)) {
                                            assertThat(reply.status()).isNotIn(401, 403, 405, 404);
                                        } else {
                                            assertProblem(reply, 403, "not_shared");
                                        }
                                    });
                        });
    }

    @TestFactory
    Stream<DynamicTest> aShareAllowsNothingOnOtherSessionsAndDoesNotRevealThem() {
        return owners().stream()
                .flatMap(
                        owner -> {
                            Api bearer = withShare(owner);
                            return tests(
                                    call -> {
                                        if (call.contains("{name}")) {
                                            Reply existing = send(bearer, call, OTHER);
                                            assertProblem(existing, 403, "not_shared");
                                            assertThat(send(bearer, call, "none").body())
                                                    .isEqualTo(existing.body());
                                        }
                                    });
                        });
    }

    @TestFactory
    Stream<DynamicTest> aWithdrawnShareAllowsNothing() {
        return owners().stream()
                .flatMap(
                        owner -> {
                            Api bearer = withShare(owner);
                            deleteShares(owner);
                            return tests(
                                    call ->
                                            assertProblem(
                                                    send(bearer, call, SHARED),
                                                    401,
                                                    "unauthorized"));
                        });
    }

    private interface CallTest {
        void test(String call);
    }

    private static Stream<DynamicTest> tests(CallTest test) {
        return documentedCalls().stream()
                .map(call -> DynamicTest.dynamicTest(call, () -> test.test(call)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"share_", "share_x", "%s.", "%sA", "share_%s", "SHARE%.0s", "%s/.."})
    void aTamperedTokenAllowsNothing(String pattern) {
        for (Api owner : owners()) {
            String token = share(owner).path("token").stringValue();
            Api bearer = new Api(owner.port()).withKey(pattern.formatted(token));
            boolean isIgnored = pattern.startsWith("SHARE") && owner.port() != keyed.port();
            Reply reply = bearer.get("/sessions/" + SHARED);
            if (isIgnored) { // an open service ignores what is not a share
                assertThat(reply.status()).isEqualTo(200);
            } else {
                assertProblem(reply, 401, "unauthorized");
            }
            assertThat(reply.body()).doesNotContain(token);
        }
    }

    @Test
    void noOtherPathIsOpenToAShare() {
        for (Api owner : owners()) {
            Api bearer = withShare(owner);
            for (String path :
                    List.of(
                            "/actuator",
                            "/actuator/prometheus",
                            "/actuator/info",
                            "/v3/api-docs",
                            "/swagger-ui/index.html",
                            "/api/v1/none",
                            "/api/v1/sessions/" + SHARED + "/../" + OTHER,
                            "/api/v1/sessions/" + SHARED + "%2f..%2f" + OTHER)) {
                assertThat(bearer.send(bearer.root(path)).status()).as(path).isIn(400, 403);
            }
        }
    }

    @Test
    void generateNeedsASeedOrAStepSinceItWouldChangeTheSession() {
        for (Api owner : owners()) {
            Api bearer = withShare(owner);
            String before = owner.view(SHARED).toString();
            String path = "/sessions/" + SHARED + "/generate";
            assertProblem(bearer.postJson(path, "{}"), 403, "not_shared").hasField("seed");
            for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
                Reply reply = bearer.send(bearer.json(path, "{}").header("Accept", accept));
                assertThat(reply.body()).as(accept).contains("not_shared");
                assertThat(
                                bearer.send(
                                                bearer.json(path, "{\"seed\":1}")
                                                        .header("Accept", accept))
                                        .body())
                        .as(accept)
                        .doesNotContain("not_shared");
            }
            assertThat(bearer.postJson(path, "{\"seed\":1}").status()).isEqualTo(200);
            assertThat(bearer.postJson(path, "{\"step\":1}").status()).isEqualTo(200);
            assertThat(owner.view(SHARED)).hasToString(before);
        }
    }

    /// Otherwise a share could read responses of its owner, or learn which calls the owner has made.
    @Test
    void anIdempotencyKeyOfTheOwnerMeansNothingInAShare() {
        String path = "/sessions/" + OTHER + "/runs";
        keyed.alice()
                .send(
                        keyed.alice()
                                .json(path, "{\"steps\":1}")
                                .header("Idempotency-Key", "of-alice"));
        Api bearer = withShare(keyed.alice());

        Reply reply =
                bearer.send(
                        bearer.json("/sessions/" + SHARED + "/tokenize", "{\"text\":\"emma\"}")
                                .header("Idempotency-Key", "of-alice"));

        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void theLiveStreamShowsTheSharedSessionOnly() {
        for (Api owner : owners()) {
            String ticket = withShare(owner).post("/tickets").ok().path("ticket").stringValue();
            try (Live live = Live.connectWithTicket(ticket, owner.port())) {
                live.send("subscribe", "session", SHARED);
                live.next("subscribed");
                live.send("subscribe", "session", OTHER);
                assertProblem(live.next("error").path("problem"), 403, "not_shared");
                for (String type :
                        List.of(
                                "init",
                                "train",
                                "stop",
                                "generate",
                                "getConfig",
                                "getLossHistory")) {
                    live.send(type, "session", SHARED);
                    assertProblem(live.next("error").path("problem"), 403, "not_shared");
                }
            }
            assertThatThrownBy(() -> Live.connectWithTicket(ticket, owner.port()))
                    .hasStackTraceContaining("status code 401");
        }
    }

    @Test
    void aTicketOfAWithdrawnShareOpensNothing() {
        for (Api owner : owners()) {
            String ticket = withShare(owner).post("/tickets").ok().path("ticket").stringValue();
            deleteShares(owner);
            assertThatThrownBy(() -> Live.connectWithTicket(ticket, owner.port()))
                    .hasStackTraceContaining("status code 401");
        }
    }
}
