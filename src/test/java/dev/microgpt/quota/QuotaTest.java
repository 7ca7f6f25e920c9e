package dev.microgpt.quota;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.Live;
import dev.microgpt.support.Reply;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.Map;

/// Tests that the quotas of a key are enforced, and that other keys are not affected.
@SharesNothing
final class QuotaTest {

    private static final int REQUESTS = 5;

    @TempDir private Path data;

    @Test
    void sessionsAndParameters() {
        try (KeyedService keyed =
                new KeyedService(
                        data,
                        "--microgpt.quotas.key.sessions=2",
                        "--microgpt.quotas.key.parameters=10000")) {
            sessions(keyed.alice());
            parameters(keyed.alice());
            sessions(keyed.bob()); // alice's sessions do not count
            assertThat(keyed.alice().get("/sessions").ok().path("sessions").size()).isEqualTo(2);
        }
    }

    private static void sessions(Api api) {
        api.initSixNames("one"); // 3,840 parameters
        api.initSixNames("two");
        for (Reply rejected :
                new Reply[] {
                    api.post("/sessions/three/init"),
                    api.post("/sessions/one/fork", Map.of("name", "three"))
                }) {
            assertProblem(rejected, 429, "quota_exceeded").hasDetail("2 sessions");
        }
        assertProblem(api.get("/sessions/three"), 404, "not_found");
        api.initSixNames("two"); // replaces the existing one
        assertThat(api.delete("/sessions/two").status()).isEqualTo(204);
        assertThat(api.post("/sessions/three/init").status()).isEqualTo(201);
    }

    /// Session one has 3,840 parameters, so 6,160 are left.
    private static void parameters(Api api) {
        api.init("three", Map.of("nEmbd", 20));
        Reply loaded = api.postText("/sessions/three/load", Api.SIX_NAMES + "\nzoe\nxaver\njim");
        assertThat(loaded.status()).as(loaded.body()).isEqualTo(200);
        Reply larger = api.post("/sessions/three/init?overwrite=true", wide());
        assertProblem(larger, 429, "quota_exceeded")
                .hasField("numParams")
                .hasDetail("of the 10000");
        assertThat(api.view("three").path("options").path("nEmbd").intValue()).isEqualTo(20);
        api.delete("/sessions/three");
        assertProblem(api.post("/sessions/four/init", wide()), 429, "quota_exceeded");
        assertProblem(api.get("/sessions/four"), 404, "not_found");
        api.post("/sessions/five/init", Map.of("nEmbd", 32)).ok();
        assertProblem(api.postText("/sessions/five/load", Api.SIX_NAMES), 429, "quota_exceeded");
        assertThat(api.view("five").path("state").stringValue()).isEqualTo("created");
    }

    private static Map<String, ?> wide() {
        return Map.of("nEmbd", 32, "text", Api.SIX_NAMES);
    }

    @Test
    void requests() {
        try (KeyedService keyed =
                new KeyedService(data, "--microgpt.quotas.key.requests-per-minute=" + REQUESTS)) {
            Api alice = keyed.alice();
            for (int i = 1; i <= REQUESTS; i++) {
                Reply reply = alice.get("/limits");
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.header("RateLimit-Policy"))
                        .startsWith("\"key\";q=5;w=60, \"all\";q=600000;w=60");
                assertThat(reply.header("RateLimit"))
                        .startsWith("\"key\";r=" + (REQUESTS - i) + ";t=");
            }
            for (Reply rejected :
                    new Reply[] {
                        alice.get("/limits"), alice.get("/nope"), alice.post("/sessions/a/init")
                    }) {
                assertProblem(rejected, 429, "rate_limited").hasDetail("5 requests per minute");
                assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 13);
                assertThat(rejected.header("RateLimit")).startsWith("\"key\";r=0;t=");
                assertThat(rejected.header("RateLimit-Policy")).contains("\"key\";q=5;w=60");
            }
            assertThat(keyed.bob().get("/sessions").ok().path("sessions")).isEmpty();
            assertThat(keyed.stranger().get("/limits").status()).isEqualTo(401);
            messages(keyed);
        }
    }

    /// A handshake counts as a request, and so does each message, even an invalid one.
    private static void messages(KeyedService keyed) {
        try (Live live = Live.connectWithKey(keyed.key("carol"), keyed.port())) {
            for (int i = 0; i < 2; i++) {
                live.send("stop", "session", "nobody");
                assertProblem(live.next("error").path("problem"), 404, "not_found");
            }
            for (int i = 0; i < 2; i++) {
                live.sendText("nonsense");
                assertProblem(live.next("error").path("problem"), 400, "malformed_json");
            }
            for (int i = 0; i < 3; i++) {
                live.send("init", "session", "rejected", "id", 7);
                JsonNode error = live.next("error");
                assertThat(error.path("id").intValue()).isEqualTo(7);
                assertProblem(error.path("problem"), 429, "rate_limited");
            }
        }
        assertProblem(keyed.carol().get("/sessions"), 429, "rate_limited");
    }

    @Test
    void connections() {
        try (KeyedService keyed = new KeyedService(data, "--microgpt.quotas.key.connections=1")) {
            try (Live first = Live.connectWithKey(keyed.key("alice"), keyed.port())) {
                requireServed(first);
                try (Live second = Live.connectWithKey(keyed.key("alice"), keyed.port())) {
                    assertThat(second.awaitClose()).isEqualTo(4429);
                }
                try (Live bob = Live.connectWithKey(keyed.key("bob"), keyed.port())) {
                    requireServed(bob);
                }
                requireServed(first);
                keyed.alice().initSixNames("watched");
                assertProblem(keyed.alice().get("/sessions/watched/events"), 429, "quota_exceeded");
            }
            await().until(() -> isServed(keyed)); // the server notices the closed connection
        }
    }

    private static boolean isServed(KeyedService keyed) {
        Reply reply = keyed.alice().get("/sessions/nobody/events");
        return reply.status() == 404;
    }

    private static void requireServed(Live live) {
        live.send("stop", "session", "nobody");
        assertProblem(live.next("error").path("problem"), 404, "not_found");
    }
}
