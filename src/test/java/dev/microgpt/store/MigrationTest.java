package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.file.Path;
import java.util.List;

import javax.sql.DataSource;

/// Tests the migration of databases that an earlier version has written.
final class MigrationTest {

    private DataSource source;
    private JdbcClient jdbc;

    @BeforeEach
    void open(@TempDir Path directory) {
        source = TestStore.sqlite(directory);
        jdbc = JdbcClient.create(source);
    }

    private void migrate(String version) {
        Migrations.migrate(source, Migrations.SQLITE, version);
    }

    private void insertSession(String columns, String values) {
        jdbc.sql(
                        "INSERT INTO session (epoch, %s created_at, state, step, options, has_run,"
                                        .formatted(columns)
                                + " document) VALUES (%s 1, 'READY', 5, '{}', 0, 'd')"
                                        .formatted(values))
                .update();
    }

    private int count(String table) {
        return jdbc.sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
    }

    /// The migration that adds owners recreates the table of sessions, to which all others refer.
    @Test
    void addingOwnersKeepsTheRowsOfASession() {
        migrate("2");
        jdbc.sql("INSERT INTO document (digest, text) VALUES ('d', x'00')").update();
        insertSession("name,", "7, 'old',");
        jdbc.sql("INSERT INTO loss (epoch, first, losses) VALUES (7, 1, x'00')").update();
        jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (7, 1, 'TRAINED', x'00')")
                .update();
        jdbc.sql(
                        "INSERT INTO answer (key, call, status, headers, created_at) VALUES ('k', 'c',"
                                + " 200, '{}', 1)")
                .update();

        migrate("latest");

        assertThat(jdbc.sql("SELECT owner || '/' || name FROM session").query(String.class).list())
                .isEqualTo(List.of("local/old"));
        assertThat(count("loss")).isEqualTo(1);
        assertThat(count("change")).isEqualTo(1);
        assertThat(jdbc.sql("SELECT key FROM answer").query(String.class).single())
                .isEqualTo("local k");

        insertSession("owner, name,", "8, 'alice', 'old',");
        assertThat(count("session")).isEqualTo(2);
        assertThat(catchThrowable(() -> insertSession("owner, name,", "9, 'alice', 'old',")))
                .isInstanceOf(DataAccessException.class);
        jdbc.sql("DELETE FROM session WHERE epoch = 7").update();
        assertThat(count("loss")).as("refers to the new table").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "\0\"\\\u001f", "é\u2028🦙"})
    void alphabetsBecomeJson(String alphabet) {
        migrate("5");
        jdbc.sql("INSERT INTO document (digest, text) VALUES ('d', x'00')").update();
        insertSession("owner, name,", "8, 'alice', 'old',");
        jdbc.sql("UPDATE session SET alphabet = ?").param(alphabet).update();

        migrate("latest");

        String json = jdbc.sql("SELECT alphabet FROM session").query(String.class).single();
        assertThat(StoredJson.read("it", json, String.class)).isEqualTo(alphabet);
    }
}
