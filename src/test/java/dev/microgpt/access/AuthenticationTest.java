package dev.microgpt.access;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.Live;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/// Tests authentication by API keys and tickets, and that sessions belong to the key that created them.
final class AuthenticationTest {

    @TempDir static Path data;
    private static KeyedService keyed;

    @BeforeAll
    static void start() {
        keyed = new KeyedService(data);
    }

    @AfterAll
    static void stop() {
        keyed.close();
    }

    private static Reply withHeader(String name, String value) {
        Api stranger = keyed.stranger();
        return stranger.send(stranger.request("/sessions").header(name, value));
    }

    @Test
    void aKeyIsAcceptedInEitherHeader() {
        String key = keyed.aliceKey();
        assertThat(withHeader("Authorization", "Bearer " + key).status()).isEqualTo(200);
        assertThat(withHeader("authorization", "bearer " + key).status()).isEqualTo(200);
        assertThat(withHeader("X-Api-Key", key).status()).isEqualTo(200);
    }

    @Test
    void aCallWithoutAKeyIsUnauthorized() {
        Reply reply = keyed.stranger().get("/sessions");
        assertProblem(reply, 401, "unauthorized");
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "alice",
                "alice.",
                "alice.x",
                ".x",
                "carol.x",
                "{noop}",
                "alice.%s.",
                "bob.%s"
            })
    void aCallWithAWrongKeyIsUnauthorized(String wrong) {
        String secret = keyed.aliceKey().substring("alice.".length());
        Reply reply = withHeader("Authorization", "Bearer " + wrong.formatted(secret));
        assertProblem(reply, 401, "unauthorized");
        assertThat(reply.body()).doesNotContain(secret);
    }

    @Test
    void aKeyInTheUrlIsIgnored() {
        String key = keyed.aliceKey();
        assertProblem(keyed.stranger().get("/sessions?key=" + key), 401, "unauthorized");
        assertProblem(keyed.stranger().get("/sessions?ticket=" + key), 401, "unauthorized");
        assertProblem(keyed.stranger().get("/sessions?X-Api-Key=" + key), 401, "unauthorized");
    }

    /// Other tests may have left sessions of the same owner.
    private void deleteOfBob(JsonNode session) {
        keyed.bob().delete("/sessions/" + session.path("name").stringValue());
    }

    @Test
    void sessionsOfDifferentOwnersMayHaveTheSameName() {
        keyed.bob().get("/sessions").ok().path("sessions").forEach(this::deleteOfBob);
        keyed.alice().initSixNames("mine");
        keyed.alice().step("mine", 3);
        assertProblem(keyed.bob().get("/sessions/mine"), 404, "not_found");
        assertThat(keyed.bob().get("/sessions").ok().path("sessions")).isEmpty();

        Reply other = keyed.bob().post("/sessions/mine/init", Map.of("text", "x\ny"));
        assertThat(other.status()).isEqualTo(201);
        assertThat(keyed.alice().view("mine").path("step").intValue()).isEqualTo(3);
        assertThat(keyed.alice().view("mine").path("numDocs").intValue()).isEqualTo(6);
        assertThat(keyed.bob().view("mine").path("numDocs").intValue()).isEqualTo(2);

        assertThat(keyed.bob().delete("/sessions/mine").status()).isEqualTo(204);
        assertThat(keyed.alice().view("mine").path("step").intValue()).isEqualTo(3);
    }

    @Test
    void aForkBelongsToItsCreator() {
        keyed.alice().initSixNames("parent");
        keyed.alice().post("/sessions/parent/fork", Map.of("name", "child")).ok();
        assertProblem(keyed.bob().get("/sessions/child"), 404, "not_found");
        assertProblem(
                keyed.bob().post("/sessions/parent/fork", Map.of("name", "stolen")),
                404,
                "not_found");
    }

    /// Otherwise one caller would get the response of another.
    @Test
    void idempotencyKeysAreScopedToTheirOwner() {
        Reply alices = initOnce(keyed.alice(), "alices");
        Reply bobs = initOnce(keyed.bob(), "alices");
        assertThat(alices.status()).isEqualTo(201);
        assertThat(bobs.status()).isEqualTo(201);
        assertThat(bobs.header("Idempotency-Replayed")).isEmpty();
        assertThat(initOnce(keyed.bob(), "alices").header("Idempotency-Replayed"))
                .isEqualTo("true");
    }

    private static Reply initOnce(Api api, String name) {
        return api.send(
                api.body(
                                "/sessions/" + name + "/init",
                                "application/json",
                                java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                        .header("Idempotency-Key", "the-same"));
    }

    @Test
    void theLiveStreamNeedsAKey() {
        assertThatThrownBy(() -> Live.connect(keyed.port()))
                .hasStackTraceContaining("status code 401");
        assertThatThrownBy(() -> Live.connectWithKey("alice.x", keyed.port()))
                .hasStackTraceContaining("status code 401");
        keyed.alice().initSixNames("watched");
        try (Live alice = Live.connectWithKey(keyed.aliceKey(), keyed.port());
                Live bob = Live.connectWithKey(keyed.key("bob"), keyed.port())) {
            alice.send("subscribe", "session", "watched");
            assertThat(alice.next("subscribed").path("step").intValue()).isZero();
            bob.send("subscribe", "session", "watched");
            assertProblem(bob.next("error").path("problem"), 404, "not_found");
            bob.send("train", "session", "watched", "steps", 1);
            assertProblem(bob.next("error").path("problem"), 404, "not_found");
        }
        assertThat(keyed.alice().view("watched").path("step").intValue()).isZero();
    }

    @Test
    void aTicketOpensOneStream() {
        keyed.alice().initSixNames("ticketed");
        Instant before = Instant.now();
        JsonNode reply = keyed.alice().post("/tickets").ok();
        String ticket = reply.path("ticket").stringValue();
        assertThat(Instant.parse(reply.path("expiresAt").stringValue()))
                .isBetween(before.plusSeconds(25), Instant.now().plusSeconds(31));
        try (Live live = Live.connectWithTicket(ticket, keyed.port())) {
            live.send("getConfig", "session", "ticketed");
            live.next("config");
        }
        assertThatThrownBy(() -> Live.connectWithTicket(ticket, keyed.port()))
                .hasStackTraceContaining("status code 401");
        assertThatThrownBy(() -> Live.connectWithTicket("no-ticket", keyed.port()))
                .hasStackTraceContaining("status code 401");
    }

    @Test
    void aTicketOpensNothingElse() {
        String ticket = keyed.alice().post("/tickets").ok().path("ticket").stringValue();
        assertProblem(keyed.stranger().get("/sessions?ticket=" + ticket), 401, "unauthorized");
        assertProblem(withHeader("Authorization", "Bearer " + ticket), 401, "unauthorized");
        assertProblem(keyed.bob().get("/sessions/none/events?ticket=x"), 404, "not_found");
        assertProblem(
                keyed.stranger().get("/sessions/none/events?ticket=" + ticket), 404, "not_found");
        assertProblem(
                keyed.stranger().get("/sessions/none/events?ticket=" + ticket),
                401,
                "unauthorized");
    }

    @Test
    void pagesNeedNoKey() {
        Api stranger = keyed.stranger();
        for (String page :
                new String[] {
                    "/",
                    "/s/any",
                    "/js/data/api.js",
                    "/client/microgpt.js",
                    "/css/base.css",
                    "/texts/de/common.json"
                }) {
            int status = stranger.send(stranger.root(page)).status();
            assertThat(status).as(page).isIn(200, 404);
        }
        assertThat(stranger.send(stranger.root("/")).status()).isEqualTo(200);
        assertProblem(stranger.send(stranger.root("/none")), 401, "unauthorized");
    }

    /// These pages have no field for a key, so the browser has to ask for it.
    @Test
    void swaggerAcceptsBasicAuthentication() {
        Api stranger = keyed.stranger();
        for (String page : new String[] {"/swagger-ui/index.html", "/v3/api-docs"}) {
            Reply rejected = stranger.send(stranger.root(page));
            assertProblem(rejected, 401, "unauthorized");
            assertThat(rejected.headers().allValues("WWW-Authenticate"))
                    .anyMatch(value -> value.startsWith("Basic "));
            String basic =
                    Base64.getEncoder()
                            .encodeToString(
                                    keyed.aliceKey()
                                            .replaceFirst("\\.", ":")
                                            .getBytes(StandardCharsets.UTF_8));
            assertThat(
                            stranger.send(
                                            stranger.root(page)
                                                    .header("Authorization", "Basic " + basic))
                                    .status())
                    .isEqualTo(200);
            assertProblem(withHeader("Authorization", "Basic " + basic), 401, "unauthorized");
        }
    }

    @Test
    void responsesHaveSecurityHeaders() {
        Reply reply = keyed.alice().get("/sessions");
        assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(reply.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(reply.header("Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(reply.header("Cache-Control")).contains("no-store");
        assertThat(reply.headers().map())
                .doesNotContainKeys("set-cookie", "server", "x-powered-by");
        assertThat(Json.write(reply.headers().map())).doesNotContain(keyed.aliceKey());
    }
}
