package dev.microgpt.share;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.stream.Stream;

/// Tests how shares are created, listed, withdrawn and stored, and when they end.
@MostlyWaiting
@Timeout(180)
final class SharesTest {

    private static final String SESSION = "/sessions/shared";
    private static final String SHARES = SESSION + "/shares";

    @TempDir private Path data;

    private static Api bearer(Api owner, JsonNode share) {
        return new Api(owner.port()).withKey(share.path("token").stringValue());
    }

    private static JsonNode create(Api owner) {
        return owner.post(SHARES, Map.of()).ok();
    }

    private static String pathOf(JsonNode share) {
        return SHARES + "/" + share.path("id").stringValue();
    }

    @Test
    void aShareIsShownOnceAndListedWithoutItsSecret() throws Exception {
        try (LocalService service = LocalService.start(data)) {
            Api api = service.api();
            api.initSixNames("shared");
            Reply created = api.post(SHARES, Map.of("label", "Monday’s class", "days", 2));
            assertThat(created.status()).isEqualTo(201);
            JsonNode share = created.json();
            String token = share.path("token").stringValue();
            assertThat(token).matches("share_[A-Za-z0-9_-]{43}");
            assertThat(share.path("url").stringValue())
                    .isEqualTo(api.origin() + "/s/shared#share=" + token);
            assertThat(share.path("qrCode").stringValue()).startsWith("<svg ");
            assertThat(Instant.parse(share.path("expiresAt").stringValue()))
                    .isEqualTo(
                            Instant.parse(share.path("createdAt").stringValue())
                                    .plus(Duration.ofDays(2)));

            JsonNode listed = api.get(SHARES).ok().path("shares");
            assertThat(listed).hasSize(1);
            assertThat(listed.get(0).propertyNames())
                    .containsExactly("id", "label", "createdAt", "expiresAt");
            assertThat(listed.get(0).path("label").stringValue()).isEqualTo("Monday’s class");
            assertThat(bearer(api, share).get(SESSION).status()).isEqualTo(200);
            assertThat(api.post("/sessions/shared/fork", Map.of("name", "forked")).status())
                    .isEqualTo(201);
            assertThat(api.get("/sessions/forked/shares").ok().path("shares")).isEmpty();
            assertThat(storedBytesContain(token)).isFalse();
        }
    }

    @Test
    void aSessionThatReplacesASharedOneIsNeverShown() {
        try (LocalService service = LocalService.start(data)) {
            Api api = service.api();
            api.initSixNames("shared");
            Api bearer = bearer(api, api.post(SHARES, Map.of()).json());
            assertThat(bearer.get(SESSION).status()).isEqualTo(200);

            Map<String, String> secret = Map.of("text", "secretword");
            assertThat(api.post(SESSION + "/init?overwrite=true", secret).status()).isEqualTo(201);

            assertThat(bearer.get(SESSION).status()).isEqualTo(401);
            assertThat(bearer.get(SESSION + "/embeddings").status()).isEqualTo(401);
        }
    }

    private boolean storedBytesContain(String token) throws Exception {
        String secret = token.substring("share_".length());
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                        .contains(secret)) {
                    return true;
                }
            }
            return false;
        }
    }

    @Test
    void shareThatIsNotPossibleIsRefusedWithTheRange() {
        try (LocalService service =
                LocalService.start(
                        data, "--microgpt.limits.shares=2", "--microgpt.limits.share-days=30")) {
            Api api = service.api();
            api.initSixNames("shared");
            assertProblem(api.post(SHARES, Map.of("days", 0)), 400, "out_of_range")
                    .hasField("days")
                    .hasMin(1)
                    .hasMax(30);
            assertProblem(api.post(SHARES, Map.of("days", 31)), 400, "out_of_range")
                    .hasField("days");
            assertProblem(api.postJson(SHARES, "{\"days\":99999999999}"), 400, "out_of_range")
                    .hasMax(30);
            String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
            assertProblem(api.post(SHARES, Map.of("expiresAt", now)), 400, "out_of_range")
                    .hasField("expiresAt")
                    .hasValue(now);
            assertProblem(
                            api.post(SHARES, Map.of("expiresAt", "2999-01-01T00:00:00Z")),
                            400,
                            "out_of_range")
                    .hasDetail(" to ");
            assertProblem(api.post(SHARES, Map.of("expiresAt", "tomorrow")), 400, "out_of_range")
                    .hasDetail("2027-01-31T18:00:00Z");
            assertProblem(
                    api.post(SHARES, Map.of("days", 1, "expiresAt", now)), 400, "out_of_range");
            assertProblem(api.post(SHARES, Map.of("label", "x".repeat(101))), 400, "out_of_range")
                    .hasField("label")
                    .hasMax(100);
            assertProblem(api.post(SHARES, Map.of("label", "a\u0000b")), 400, "invalid_text");
            assertProblem(api.post("/sessions/none/shares", Map.of()), 404, "not_found");
            assertProblem(
                            api.send(api.json(SHARES, "{}").header("Idempotency-Key", "once")),
                            400,
                            "out_of_range")
                    .hasField("Idempotency-Key");
            assertThat(api.get(SHARES).ok().path("shares")).isEmpty();

            create(api);
            create(api);
            assertProblem(api.post(SHARES, Map.of()), 429, "quota_exceeded").hasDetail("2");
            assertProblem(api.delete(SHARES + "/none"), 404, "not_found");
            assertThat(api.get(SHARES).ok().path("shares")).hasSize(2);
        }
    }

    @Test
    void aShareSurvivesARestartAndEndsWithItsSession() {
        JsonNode share;
        try (LocalService service = LocalService.start(data)) {
            service.api().initSixNames("shared");
            share = create(service.api());
        }
        try (LocalService service = LocalService.start(data)) {
            Api api = service.api();
            assertThat(bearer(api, share).get(SESSION).status()).isEqualTo(200);
            assertThat(api.delete(SESSION).status()).isEqualTo(204);
            api.initSixNames("shared");
            assertThat(api.get(SHARES).ok().path("shares")).isEmpty();
            awaitUnauthorized(api, share);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReplacedSessionIsNotShared(boolean isStored) {
        try (LocalService service =
                LocalService.start(data, "--microgpt.store.enabled=" + isStored)) {
            Api api = service.api();
            api.initSixNames("shared");
            JsonNode share = create(api);
            assertThat(bearer(api, share).get(SESSION).status()).isEqualTo(200);
            api.post("/sessions/shared/init?overwrite=true", Map.of("text", "ab")).ok();
            assertThat(api.get(SHARES).ok().path("shares")).isEmpty();
            awaitUnauthorized(api, share);
        }
    }

    private static void awaitUnauthorized(Api api, JsonNode share) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> bearer(api, share).get(SESSION).status() == 401);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWithdrawnShareIsRefusedAtOnceAndItsStreamsEnd(boolean isStored) {
        try (LocalService service =
                LocalService.start(data, "--microgpt.store.enabled=" + isStored)) {
            Api api = service.api();
            api.initSixNames("shared");
            JsonNode share = create(api);
            JsonNode kept = create(api);
            try (Live live = connect(api, share);
                    Live other = connect(api, kept)) {
                var events =
                        bearer(api, share)
                                .sendAsync(bearer(api, share).request(SESSION + "/events"));
                assertThat(api.delete(pathOf(share)).status()).isEqualTo(204);
                Reply refused = bearer(api, share).get(SESSION);
                assertProblem(refused, 401, "unauthorized").hasDetail("withdrawn");
                assertThat(live.awaitClose()).isEqualTo(4401);
                assertThat(events.join().status()).isIn(200, 401);
                assertThat(other.isClosed()).isFalse();
                assertThat(bearer(api, kept).get(SESSION).status()).isEqualTo(200);
            }
        }
    }

    private static Live connect(Api owner, JsonNode share) {
        String ticket = bearer(owner, share).post("/tickets").ok().path("ticket").stringValue();
        Live live = Live.connectWithTicket(ticket, owner.port());
        live.send("subscribe", "session", "shared");
        live.next("subscribed");
        return live;
    }

    @Test
    void anExpiredShareIsRefusedAndItsStreamsEnd() {
        try (LocalService service = LocalService.start(data)) {
            Api api = service.api();
            api.initSixNames("shared");
            Instant now = Instant.now();
            Api expired = withShareUntil(service, now.minusSeconds(1));
            assertProblem(expired.get(SESSION), 401, "unauthorized").hasDetail("expired");
            assertThat(api.get(SHARES).ok().path("shares")).isEmpty();

            Api bearer = withShareUntil(service, now.plusSeconds(5));
            String ticket = bearer.post("/tickets").ok().path("ticket").stringValue();
            try (Live live = Live.connectWithTicket(ticket, api.port())) {
                assertThat(live.awaitClose()).isEqualTo(4401);
            }
            assertProblem(bearer.get(SESSION), 401, "unauthorized");
        }
    }

    /// Stores a share as if it had been created a while ago.
    private static Api withShareUntil(LocalService service, Instant end) {
        ShareToken token = new ShareToken("share_" + end);
        ShareStore store = service.parts(ShareStore.class).iterator().next();
        store.create(
                        new Share(
                                "until-" + end.toEpochMilli(),
                                new SessionId("local", "shared"),
                                epoch(service),
                                "",
                                end.minus(Duration.ofDays(1)),
                                end),
                        token.hash(),
                        20)
                .join();
        return new Api(service.api().port()).withKey(token.text());
    }

    private static long epoch(LocalService service) {
        SessionService sessions = service.parts(SessionService.class).iterator().next();
        for (long epoch = 1; epoch < 1_000_000; epoch++) {
            if (sessions.isCurrentEpoch(epoch)) {
                return epoch;
            }
        }
        throw new AssertionError("no session");
    }

    /// The owner's key, and other shares, are not affected.
    @Test
    void aShareHasARateLimitOfItsOwn() {
        try (LocalService service =
                LocalService.start(
                        data,
                        "--microgpt.quotas.share.requests-per-minute=5",
                        "--microgpt.quotas.share.connections=1")) {
            Api api = service.api();
            api.initSixNames("shared");
            JsonNode share = create(api);
            JsonNode other = create(api);
            try (Live live = connect(api, share)) { // a ticket, a connection and a message
                Reply first = bearer(api, share).get(SESSION);
                assertThat(first.header("RateLimit-Policy")).contains("\"share\";q=5;w=60");
                bearer(api, share).get(SESSION);
                Reply refused = bearer(api, share).get(SESSION);
                assertProblem(refused, 429, "rate_limited").hasDetail("each share");
                assertThat(refused.header("Retry-After")).isNotEmpty();
                assertThat(live.isClosed()).isFalse();
            }
            assertThat(bearer(api, other).get(SESSION).status()).isEqualTo(200);
            assertThat(api.get(SESSION).status()).isEqualTo(200);
            String ticket = bearer(api, other).post("/tickets").ok().path("ticket").stringValue();
            String second = bearer(api, other).post("/tickets").ok().path("ticket").stringValue();
            try (Live live = Live.connectWithTicket(ticket, api.port());
                    Live tooMany = Live.connectWithTicket(second, api.port())) {
                assertThat(tooMany.awaitClose()).isEqualTo(4429);
                assertThat(live.isClosed()).isFalse();
            }
        }
    }

    /// The first call is in progress until its body is complete.
    @Test
    void aShareHasALimitOfConcurrentCalls() throws Exception {
        try (LocalService service =
                        LocalService.start(data, "--microgpt.quotas.share.concurrent-calls=1");
                RawClient first = RawClient.connect(service.api().port())) {
            Api api = service.api();
            api.initSixNames("shared");
            JsonNode share = create(api);
            Api bearer = bearer(api, share);
            String body = "{\"text\":\"emma\"}";
            first.send(
                    """
                    POST /api/v1%s/tokenize HTTP/1.1
                    Host: localhost
                    Authorization: Bearer %s
                    Content-Type: application/json
                    Content-Length: %d

                    """
                            .formatted(SESSION, share.path("token").stringValue(), body.length())
                            .replace("\n", "\r\n"));
            Awaitility.await().until(() -> bearer.get(SESSION).status() == 429);
            assertProblem(bearer.get(SESSION), 429, "rate_limited").hasDetail("1 calls");
            assertThat(api.get(SESSION).status()).isEqualTo(200);
            first.send(body);
            assertThat(first.head(Duration.ofSeconds(20))).startsWith("HTTP/1.1 200");
            Awaitility.await().until(() -> bearer.get(SESSION).status() == 200);
        }
    }
}
