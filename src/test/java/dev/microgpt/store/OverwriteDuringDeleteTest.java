package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Tests that a call that replaces a session creates it if the session is deleted meanwhile.
@MostlyWaiting
final class OverwriteDuringDeleteTest {

    /// Long enough for a call to reach the store.
    private static final int REACH_STORE_MILLIS = 500;

    private static CompletableFuture<Reply> overwrite(Api api) {
        return api.sendAsync(
                api.body(
                        "/sessions/s/init?overwrite=true",
                        "application/json",
                        BodyPublishers.ofString(Json.write(Map.of("text", "ab")))));
    }

    @Test
    void theSessionIsCreated(@TempDir Path directory) throws Exception {
        try (LocalService service = TestStore.POSTGRESQL.start(directory);
                Connection connection = TestPostgres.source(directory).getConnection();
                Statement statement = connection.createStatement()) {
            Api api = service.api();
            api.initSixNames("s");

            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE session IN EXCLUSIVE MODE"); // writes wait
            CompletableFuture<Reply> deletion = api.sendAsync(api.request("/sessions/s").DELETE());
            Thread.sleep(REACH_STORE_MILLIS);
            CompletableFuture<Reply> overwrite = overwrite(api);
            Thread.sleep(REACH_STORE_MILLIS);
            connection.commit();

            assertThat(deletion.join().status()).isEqualTo(204);
            assertThat(overwrite.join().status()).isEqualTo(201);
            assertThat(api.view("s").path("vocabSize").intValue()).isEqualTo(3);
        }
    }
}
