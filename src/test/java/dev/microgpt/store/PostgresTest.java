package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Tests what is particular to a database server: it can be out of reach, and other services can use it.
@MostlyWaiting
final class PostgresTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private LocalService start(Gate gate) {
        return LocalService.start(
                directory, "--microgpt.store.url=" + TestPostgres.url(directory, gate));
    }

    private static CompletableFuture<Reply> stepAsync(Api api, int count, String key) {
        return api.sendAsync(
                api.body(
                                "/sessions/s/step",
                                "application/json",
                                BodyPublishers.ofString(
                                        Json.write(Map.of("count", count, "viz", "none"))))
                        .header("Idempotency-Key", key));
    }

    private static Reply actuator(Api api, String path) {
        return api.send(api.root("/actuator" + path));
    }

    private static int step(Api api) {
        return api.view("s").path("step").intValue();
    }

    @Test
    void aShortOutageIsADelay() {
        try (Gate gate = new Gate(TestPostgres.port())) {
            try (LocalService service = start(gate)) {
                Api api = service.api();
                api.initSixNames("s");
                api.step("s", 3);

                gate.shut();
                CompletableFuture<Reply> reply = stepAsync(api, 4, "during");
                assertThat(reply).isNotDone();
                gate.open();

                assertThat(reply.join().ok().path("step").intValue()).isEqualTo(7);
                api.step("s", 1);
            }
            try (LocalService next = start(gate)) {
                assertThat(next.api().losses("s")).hasSize(8);
            }
        }
    }

    /// The commit has taken place, so it must not be repeated: the log would have its entries twice.
    @Test
    void aCommitWithoutConfirmationTakesEffectOnce() {
        try (Gate gate = new Gate(TestPostgres.port())) {
            try (LocalService service = start(gate)) {
                Api api = service.api();
                api.initSixNames("s");

                gate.cutAfterNextCommit();
                assertThat(api.step("s", 5).path("step").intValue()).isEqualTo(5);
                assertThat(gate.hasCut()).isTrue();
                api.step("s", 1);
            }
            try (LocalService next = start(gate)) {
                assertThat(next.api().losses("s")).hasSize(6);
            }
        }
    }

    @Test
    void inALongOutageCallsFailAndMayBeRepeatedAfterwards() {
        try (Gate gate = new Gate(TestPostgres.port())) {
            String view;
            try (LocalService service = start(gate)) {
                Api api = service.api();
                api.initSixNames("s");
                api.step("s", 3);

                gate.shutAfterNextCommit();
                Reply unconfirmed = stepAsync(api, 4, "unconfirmed").join();
                assertProblem(unconfirmed, 503, "store_unavailable");
                assertThat(unconfirmed.header("Retry-After")).isNotBlank();
                assertProblem(stepAsync(api, 4, "rejected").join(), 503, "store_unavailable");
                assertProblem(
                        api.post("/sessions/other/init", Map.of("text", "ab")),
                        503,
                        "store_unavailable");
                assertThat(api.get("/sessions/s").status()).isEqualTo(200);
                assertThat(actuator(api, "/health/readiness").status()).isEqualTo(503);
                assertThat(actuator(api, "/prometheus").status()).isEqualTo(200);

                gate.open();
                await().atMost(TIMEOUT)
                        .until(() -> stepAsync(api, 4, "unconfirmed").join().status() == 200);
                assertThat(step(api)).isEqualTo(7);
                assertThat(stepAsync(api, 4, "rejected").join().status()).isEqualTo(200);
                assertThat(step(api)).isEqualTo(11);
                view = api.view("s").toString();
            }
            try (LocalService next = start(gate)) {
                assertThat(next.api().view("s")).hasToString(view);
                assertThat(next.api().losses("s")).hasSize(11);
            }
        }
    }

    @Test
    void aRunContinuesThroughAnOutage() {
        try (Gate gate = new Gate(TestPostgres.port());
                LocalService service = start(gate)) {
            Api api = service.api();
            api.initSixNames("s");
            api.post("/sessions/s/runs", Map.of("steps", 600, "stepsPerSecond", 100)).ok();
            gate.shut();
            await().atMost(TIMEOUT).until(() -> step(api) > 300);
            gate.open();

            await().atMost(TIMEOUT)
                    .until(
                            () -> api.get("/sessions/s/runs/1").ok().path("state").asString(),
                            "succeeded"::equals);
            assertThat(api.losses("s")).hasSize(600);
        }
    }

    @Test
    void aServiceThatHasBeenReplacedStoresNothingMore() {
        try (Gate gate = new Gate(TestPostgres.port())) {
            String view;
            try (LocalService first = start(gate)) {
                first.api().initSixNames("s");
                first.api().step("s", 3);
                TestPostgres.loseLock(directory);
                try (LocalService second = start(gate)) {
                    second.api().step("s", 4);
                    assertStoresNothing(first.api());
                    second.api().step("s", 5);
                    view = second.api().view("s").toString();
                }
            }
            try (LocalService third = start(gate)) {
                assertThat(third.api().view("s")).hasToString(view);
                assertThat(third.api().losses("s")).hasSize(12);
            }
        }
    }

    private static void assertStoresNothing(Api api) {
        for (int i = 0; i < 3; i++) {
            assertUnavailable(api.post("/sessions/s/step", Map.of("count", 1)));
        }
        assertUnavailable(api.post("/sessions/other/init", Map.of("text", "ab")));
        assertUnavailable(api.delete("/sessions/s"));
        assertThat(actuator(api, "/health/readiness").status()).isEqualTo(503);
    }

    private static void assertUnavailable(Reply reply) {
        assertProblem(reply, 503, "store_unavailable");
    }

    @Test
    void aSecondServiceDoesNotStart() {
        try (Database _ = open(TestPostgres.url(directory))) {
            assertThatThrownBy(() -> open(TestPostgres.url(directory)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another service");
        }
    }

    private static Database open(String url) {
        return new PostgresDatabase(url, "", "", false, Duration.ofSeconds(1));
    }

    @Test
    void aDatabaseThatCannotBeReachedIsNamedWithoutItsPassword() {
        String missing = TestPostgres.url(directory).replaceAll("/test_[0-9_]+", "/missing");

        assertThatThrownBy(() -> open(missing + "&password=secret"))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.action()).contains("microgpt.store.url"))
                .hasMessageContaining("/missing cannot be used")
                .hasMessageNotContaining("secret");
    }

    @Test
    void theEncodingMustBeAbleToHoldAnyText() {
        JdbcClient.create(TestPostgres.source(directory))
                .sql(
                        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
                .update();

        assertThatThrownBy(
                        () ->
                                open(
                                        TestPostgres.url(directory)
                                                .replaceAll("/test_[0-9_]+", "/ascii")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("its encoding is SQL_ASCII, and UTF8 is needed");
    }

    @Test
    void userAndPasswordMayBeSettings() {
        String url = TestPostgres.url(directory);
        String withoutUser = url.substring(0, url.indexOf('?'));

        try (Database database =
                new PostgresDatabase(
                        withoutUser, "postgres", "any", false, Duration.ofSeconds(1))) {
            assertThat(database.isUsable()).isTrue();
            assertThat(database.bytes()).isPositive();
            assertThat(database.description()).isEqualTo(withoutUser);
        }
    }

    @Test
    void aFullDiskOfTheServerIsAFullStore() {
        try (Gate gate = new Gate(TestPostgres.port());
                LocalService service = start(gate)) {
            Api api = service.api();
            api.initSixNames("s");
            JdbcClient jdbc = JdbcClient.create(TestPostgres.source(directory));
            TestPostgres.rejectWrites("change", "true", "53100", jdbc);

            Reply reply = api.post("/sessions/s/step", Map.of("count", 1));
            assertProblem(reply, 507, "storage_full").hasDetail("disk of the database");
            assertThat(step(api)).isZero();

            jdbc.sql("DROP TRIGGER reject ON change").update();
            await().until(() -> api.post("/sessions/s/step", Map.of("count", 1)).status() == 200);
        }
    }
}
