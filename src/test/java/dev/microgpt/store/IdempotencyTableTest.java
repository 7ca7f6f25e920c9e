package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.KeyUse;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Tests that stored responses carry the epoch of the session that they belong to.
@ParameterizedClass
@EnumSource
final class IdempotencyTableTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private JdbcClient jdbc;
    private IdempotencyTable responses;

    @BeforeEach
    void open(@TempDir Path directory) {
        jdbc = store.create(directory);
        responses = new IdempotencyTable(jdbc);
    }

    private static IdempotencyStore.Entry finished(@Nullable Long epoch) {
        return new IdempotencyStore.Entry(
                "key",
                "POST /x",
                "digest",
                epoch,
                null,
                new Idempotency.Response(
                        200, Map.of("ETag", "\"7\""), "body".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aResponseHasTheEpochOfItsSession() {
        responses.put(finished(7L));

        assertThat(responses.find("key")).usingRecursiveComparison().isEqualTo(finished(7L));
    }

    @Test
    void aResponseMayBelongToNoSession() {
        responses.put(finished(null));

        assertThat(responses.find("key")).usingRecursiveComparison().isEqualTo(finished(null));
    }

    /// Another request must not take over the key after a restart.
    @Test
    void aStartedCallHasItsRequestEpochAndFirstStep() {
        Idempotency.Start start = new Idempotency.Start(7, 3);
        responses.putStart(
                new Idempotency("key", "POST /x", "digest", null, null, new KeyUse(() -> {})),
                start);

        assertThat(responses.find("key"))
                .usingRecursiveComparison()
                .isEqualTo(new IdempotencyStore.Entry("key", "POST /x", "digest", 7L, 3L, null));
    }

    /// Earlier versions did not store what a call that had started requested.
    @Test
    void aStartedCallOfAnEarlierVersionHasNoRequest() {
        jdbc.sql(
                        "INSERT INTO answer (key, call, epoch, step, status, headers, created_at) VALUES"
                                + " ('key', 'POST /x', 7, 3, 0, '{}', ?)")
                .param(System.currentTimeMillis())
                .update();

        assertThat(responses.find("key"))
                .usingRecursiveComparison()
                .isEqualTo(new IdempotencyStore.Entry("key", "POST /x", null, 7L, 3L, null));
    }

    /// Earlier versions stored the epoch only of calls that had started.
    @Test
    void aResponseOfAnEarlierVersionHasNoEpoch() {
        jdbc.sql(
                        "INSERT INTO answer (key, call, request, status, headers, body, created_at)"
                                + " VALUES ('key', 'POST /x', 'digest', 200, '{\"ETag\":\"\\\"7\\\"\"}',"
                                + " ?, ?)")
                .params("body".getBytes(StandardCharsets.UTF_8), System.currentTimeMillis())
                .update();

        assertThat(responses.find("key")).usingRecursiveComparison().isEqualTo(finished(null));
    }
}
