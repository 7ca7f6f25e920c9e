package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/// Tests that a database written by an earlier version opens, and that the service responds with it as that
/// version did.
final class EarlierVersionTest {

    /// Properties that are measured, or depend on the machine.
    private static final Set<String> MEASURED =
            Set.of("stepsPerSecond", "etaSeconds", "bytes", "maxBytes");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static InputStream resource(String name) {
        return Objects.requireNonNull(
                EarlierVersionTest.class.getResourceAsStream("/store/" + name), name);
    }

    private void unpack(String name) throws IOException, SQLException {
        Path file = directory.resolve("microgpt.db");
        try (InputStream in = new GZIPInputStream(resource(name + ".db.gz"))) {
            Files.copy(in, file);
        }
        // Responses are stored for a day only.
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var update = connection.prepareStatement("UPDATE answer SET created_at = ?")) {
            update.setLong(1, System.currentTimeMillis());
            assertThat(update.executeUpdate()).isEqualTo(2);
        }
    }

    private static JsonNode calls(String name) throws IOException {
        try (InputStream in = resource(name + ".json")) {
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Reply repeat(Api api, JsonNode call) {
        HttpRequest.Builder request = api.request(call.path("path").stringValue());
        if (call.path("method").stringValue().equals("POST")) {
            request.header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(call.path("request").stringValue()));
        }
        String key = call.path("headers").path("Idempotency_Key").stringValue(null);
        return api.send(key == null ? request : request.header("Idempotency-Key", key));
    }

    /// Compares a reply with that of the earlier version; of an error, only the status and the code.
    private static void compare(String where, Reply reply, JsonNode call) {
        assertThat(reply.status())
                .as("%s: %s", where, reply)
                .isEqualTo(call.path("status").asInt());
        JsonNode expected = call.path("reply");
        if (reply.status() < 400) {
            compare(where, reply.json(), expected, where.contains("tensor") ? 1e-5 : 0);
        } else {
            assertThat(reply.json().path("code")).as(where).isEqualTo(expected.path("code"));
        }
    }

    /// Compares JSON. The actual reply may have properties that the earlier version did not send.
    private static void compare(String where, JsonNode actual, JsonNode expected, double relative) {
        switch (expected.getNodeType()) {
            case OBJECT ->
                    expected.forEachEntry(
                            (name, value) -> {
                                if (!MEASURED.contains(name)) {
                                    String path = where + " " + name;
                                    compare(path, actual.path(name), value, relative);
                                }
                            });
            case ARRAY -> {
                assertThat(actual.size()).as("%s: %s", where, actual).isEqualTo(expected.size());
                for (int i = 0; i < expected.size(); i++) {
                    compare(where + " " + i, actual.get(i), expected.get(i), relative);
                }
            }
            case NUMBER -> {
                assertThat(actual.isNumber()).as("%s: %s", where, actual).isTrue();
                double number = expected.doubleValue();
                assertThat(actual.doubleValue())
                        .as(where)
                        .isCloseTo(number, within(relative * Math.abs(number)));
            }
            default -> assertThat(actual).as(where).isEqualTo(expected);
        }
    }

    @Test
    void theDatabaseOfTheVersionBeforeOwnRecordsGivesTheSameReplies() throws Exception {
        unpack("before-own-records");

        try (LocalService service =
                LocalService.start(directory, "--microgpt.runs.after-restart=pause")) {
            for (JsonNode call : calls("before-own-records")) {
                String where = call.path("method").asString() + " " + call.path("path").asString();
                compare(where, repeat(service.api(), call), call);
            }
        }
    }
}
