package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Answers tell of which life of a session they are.
final class IdempotencyTableTest {

    private JdbcClient jdbc;
    private IdempotencyTable answers;

    @BeforeEach
    void open(@TempDir Path directory) {
        jdbc = TestDatabase.open(directory);
        answers = new IdempotencyTable(jdbc);
    }

    private static IdempotencyStore.Entry finished(@Nullable Long epoch) {
        return new IdempotencyStore.Entry(
                "key",
                "POST /x",
                "digest",
                epoch,
                null,
                new Idempotency.Answer(
                        200, Map.of("ETag", "\"7\""), "body".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFinishedAnswerHasTheEpochOfItsSession() {
        answers.keep(finished(7L));

        assertThat(answers.find("key")).usingRecursiveComparison().isEqualTo(finished(7L));
    }

    @Test
    void anAnswerMayTellOfNoSession() {
        answers.keep(finished(null));

        assertThat(answers.find("key")).usingRecursiveComparison().isEqualTo(finished(null));
    }

    @Test
    void aCallThatHasBegunHasWhereItBegan() {
        Idempotency.Start start = new Idempotency.Start(7, 3);
        answers.start(new Idempotency("key", "POST /x", "digest", null, null), start);

        assertThat(answers.find("key"))
                .usingRecursiveComparison()
                .isEqualTo(new IdempotencyStore.Entry("key", "POST /x", null, 7L, 3L, null));
    }

    /// Earlier versions kept epochs of calls that had begun alone.
    @Test
    void anAnswerOfAnEarlierVersionHasNoEpoch() {
        jdbc.sql(
                        "INSERT INTO answer (key, call, request, status, headers, body, created_at)"
                                + " VALUES ('key', 'POST /x', 'digest', 200, '{\"ETag\":\"\\\"7\\\"\"}',"
                                + " CAST('body' AS BLOB), ?)")
                .param(System.currentTimeMillis())
                .update();

        assertThat(answers.find("key")).usingRecursiveComparison().isEqualTo(finished(null));
    }
}
