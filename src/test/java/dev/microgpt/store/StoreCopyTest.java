package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Tests that a store can be copied into another kind of database, with all that is in it.
@ParameterizedClass
@EnumSource
final class StoreCopyTest {

    /// Where the rows come from.
    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path from;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path to;

    private TestStore other() {
        return store == TestStore.SQLITE ? TestStore.POSTGRESQL : TestStore.SQLITE;
    }

    private static String argument(TestStore store, Path directory) {
        return store == TestStore.SQLITE ? directory.toString() : TestPostgres.url(directory);
    }

    private record Outcome(boolean succeeded, String output) {}

    private static Outcome run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean succeeded =
                CopyStoreCommand.run(new PrintStream(out, true, StandardCharsets.UTF_8), args);
        return new Outcome(succeeded, out.toString(StandardCharsets.UTF_8));
    }

    private Outcome copy() {
        return run("copy-store", "--from", argument(store, from), "--to=" + argument(other(), to));
    }

    private static Map<String, StoreCopy.Copied> content(TestStore store, Path directory)
            throws SQLException {
        return StoreCopy.read(store.source(directory));
    }

    @Test
    void everyRowIsCopied() throws SQLException {
        JdbcClient jdbc = store.create(from);
        SessionTables tables = new SessionTables(jdbc, new DocumentTable(jdbc, false));
        Random random = new Random(7);
        tables.begin(Snapshots.random(3, EngineKind.SCALAR, random));
        jdbc.sql("UPDATE session SET name = 'other'").update();
        tables.begin(Snapshots.random(5, EngineKind.TENSOR, random));
        for (String key : List.of("k \u00e9", "k B", "k a", "k-b")) {
            jdbc.sql(
                            "INSERT INTO answer (key, call, epoch, status, headers, body, created_at)"
                                    + " VALUES (?, 'POST /x', 5, 0, '{}', ?, 9)")
                    .params(key, new byte[] {0, -1, 2})
                    .update();
        }
        jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (5, 1, 'failed', ?)")
                .param(new LogEntry.Failed(9).write())
                .update();
        jdbc.sql(
                        """
                        INSERT INTO sweep (id, owner, name, has_key, created_at, state, document, plan)
                        SELECT 9, 'local', 'lr', 0, 1, 'RUNNING', digest, '{}' FROM document LIMIT 1""")
                .update();
        jdbc.sql("INSERT INTO share VALUES ('5f2b', 5, 'hash', 'Monday', 1, 2)").update();
        jdbc.sql("INSERT INTO trial VALUES (9, 1, '{}', '{}', 'WAITING', '{}')").update();

        jdbc.sql(
                        "INSERT INTO continuation (epoch, number, step, random, document) VALUES (5, 1, 4, ?,"
                                + " (SELECT document FROM session WHERE epoch = 5))")
                .param(PackedNumbers.ofInts(new int[] {7}))
                .update();

        Outcome outcome = copy();

        assertThat(outcome.succeeded()).as(outcome.output()).isTrue();
        Map<String, StoreCopy.Copied> original = content(store, from);
        assertThat(content(other(), to)).isEqualTo(original);
        original.forEach(
                (table, of) -> {
                    assertThat(of.rows()).as(table).isPositive();
                    assertThat(outcome.output()).contains(of.digest());
                });
    }

    @Test
    void aServiceContinuesWithTheCopy() {
        String view;
        String losses;
        try (LocalService service = store.start(from)) {
            service.api().initSixNames("moved");
            service.api().step("moved", 30);
            service.api().post("/sessions/moved/generate").ok();
            view = service.api().view("moved").toString();
            losses = service.api().get("/sessions/moved/losses").body();
        }

        assertThat(copy().succeeded()).isTrue();

        try (LocalService service = other().start(to)) {
            assertThat(service.api().view("moved")).hasToString(view);
            assertThat(service.api().get("/sessions/moved/losses").body()).isEqualTo(losses);
            service.api().step("moved", 1);
        }
    }

    @Test
    void aTargetWithSessionsIsNotTouched() throws SQLException {
        store.create(from);
        JdbcClient jdbc = other().create(to);
        new SessionTables(jdbc, new DocumentTable(jdbc, false))
                .begin(Snapshots.random(3, EngineKind.SCALAR, new Random(1)));
        Map<String, StoreCopy.Copied> before = content(other(), to);

        Outcome outcome = copy();

        assertThat(outcome.succeeded()).isFalse();
        assertThat(outcome.output()).contains("the target is not empty");
        assertThat(content(other(), to)).isEqualTo(before);
    }

    @Test
    void aStoreInUseIsNotCopied() {
        try (LocalService _ = store.start(from)) {
            Outcome outcome = copy();

            assertThat(outcome.succeeded()).isFalse();
            assertThat(outcome.output()).contains("in use by another");
        }
    }

    /// PostgreSQL's texts cannot contain NUL, but alphabets can.
    @Test
    void theAlphabetOfAModelWithoutDocumentsIsCopied() throws SQLException {
        String alphabet = "\0\"\\é\u2028🦙";
        JdbcClient jdbc = store.create(from);
        new SessionTables(jdbc, new DocumentTable(jdbc, false))
                .begin(Snapshots.withoutDocuments(1, alphabet));

        assertThat(copy().succeeded()).isTrue();

        JdbcClient copied = other().jdbc(to);
        assertThat(
                        new SessionReader(copied, new DocumentTable(copied, false))
                                .load(1)
                                .model()
                                .corpus()
                                .tokenizer())
                .isEqualTo(CharTokenizer.of(alphabet));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "--from a", "--from a --to", "--from a --to b c", "--from a --of b"})
    void invalidArgumentsAreExplained(String arguments) {
        String[] args = ("copy-store " + arguments).trim().split(" ");

        Outcome outcome = run(args);

        assertThat(outcome.succeeded()).isFalse();
        assertThat(outcome.output()).contains("copy-store --from STORE --to STORE");
    }

    /// Opening such a source would create an empty store, and copy that.
    @Test
    void theSourceMustExist(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing");
        Path target = directory.resolve("target");
        Outcome outcome = run("copy-store", "--from", missing + "", "--to", target + "");
        assertThat(outcome.succeeded()).isFalse();
        assertThat(outcome.output()).contains("there is no store in --from " + missing);
        assertThat(missing).doesNotExist();
        assertThat(target).doesNotExist();

        Path file = Files.createFile(directory.resolve("microgpt.db"));
        assertThat(run("copy-store", "--from", file + "", "--to", target + "").output())
                .contains("is a file, but must be the directory that it is in");
        assertThat(run("copy-store", "--from", directory + "", "--to", directory + "").output())
                .contains("--from and --to are both");
    }

    @Test
    void theCommandIsTheFirstArgument() {
        assertThat(CopyStoreCommand.matches("copy-store", "--from", "a")).isTrue();
        assertThat(CopyStoreCommand.matches("--server.port=1")).isFalse();
        assertThat(CopyStoreCommand.matches()).isFalse();
    }
}
