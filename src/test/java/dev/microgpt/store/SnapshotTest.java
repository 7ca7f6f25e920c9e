package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.StoredSession;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import javax.sql.DataSource;

/// Tests that snapshots are read back bit for bit, and that one that could not be read back is not written.
@ParameterizedClass
@EnumSource
final class SnapshotTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private JdbcClient jdbc;
    private DataSource database;
    private SingleConnectionDataSource connection;
    private SessionTables tables;
    private SessionReader reader;

    /// Uses no transactions, so that anything written before a rejection would stay.
    @BeforeEach
    void open(@TempDir Path directory) throws SQLException {
        store.migrate(directory, "latest");
        database = store.source(directory);
        connection = new SingleConnectionDataSource(database.getConnection(), true);
        jdbc = JdbcClient.create(connection);
        DocumentTable documents = new DocumentTable(jdbc, false);
        tables = new SessionTables(jdbc, documents);
        reader = new SessionReader(jdbc, documents);
    }

    @AfterEach
    void close() {
        connection.destroy();
    }

    private static void assertSame(ModelState actual, ModelState expected) {
        assertThat(actual.step()).isEqualTo(expected.step());
        assertThat(bits(actual.params())).isEqualTo(bits(expected.params()));
        assertThat(bits(actual.m())).isEqualTo(bits(expected.m()));
        assertThat(bits(actual.v())).isEqualTo(bits(expected.v()));
    }

    private static long[] bits(double[] numbers) {
        return Arrays.stream(numbers).mapToLong(Double::doubleToRawLongBits).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void snapshotsAreReadBackBitForBit(EngineKind engine) {
        Random random = new Random(42);
        for (int epoch = 1; epoch <= 60; epoch++) {
            SessionSnapshot snapshot = Snapshots.random(epoch, engine, random);
            SessionSnapshot.Contents written = Objects.requireNonNull(snapshot.contents());
            tables.begin(snapshot);

            StoredSession.Contents read = reader.load(epoch);

            assertSame(read.model().state(), written.model());
            assertThat(read.keyframes()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                assertSame(read.keyframes().get(i), written.keyframes().get(i));
            }
            LossHistory losses = read.model().lossHistory();
            assertThat(bits(losses.summaries())).isEqualTo(bits(written.summaries()));
            assertThat(bits(losses.exactForRestore(1).losses()))
                    .isEqualTo(bits(written.losses().losses()));
            assertThat(read.model().random().words()).isEqualTo(written.random());
        }
    }

    /// Returns the digests of all tables.
    private Map<String, StoreCopy.Copied> allRows() {
        try {
            return StoreCopy.read(database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRejected(SessionSnapshot.Contents contents) {
        Map<String, StoreCopy.Copied> before = allRows();
        SessionSnapshot begin = Snapshots.of(2, contents.model().options(), contents);
        SessionSnapshot later = Snapshots.of(1, contents.model().options(), contents);

        assertThatThrownBy(() -> tables.begin(begin)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tables.save(later)).isInstanceOf(IllegalArgumentException.class);

        assertThat(allRows()).isEqualTo(before);
    }

    private static ModelState with(MicroGpt model, String row, double number) {
        double[][] numbers = new double[3][model.numParams()];
        numbers[List.of("params", "m", "v").indexOf(row)][5] = number;
        return ModelState.of(
                model.documents(), model.options(), 3, 0, numbers[0], numbers[1], numbers[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"params", "m", "v"})
    void aSnapshotThatCouldNotBeReadBackIsRejectedBeforeAnythingIsWritten(String row) {
        Random random = new Random(1);
        tables.begin(Snapshots.random(1, EngineKind.SCALAR, random));
        for (EngineKind engine : EngineKind.values()) {
            MicroGpt model = Snapshots.model(engine);
            LossHistory losses = Snapshots.losses(3, random);
            ModelState good = Snapshots.state(model, 3, random);
            for (double number :
                    new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                ModelState bad = with(model, row, number);
                assertRejected(Snapshots.contents(model, bad, losses, List.of()));
                assertRejected(Snapshots.contents(model, good, losses, List.of(bad)));
            }
        }
    }

    @Test
    void lossesThatAreNotFiniteAreRejected() {
        Random random = new Random(1);
        tables.begin(Snapshots.random(1, EngineKind.TENSOR, random));
        MicroGpt model = Snapshots.model(EngineKind.TENSOR);
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            LossHistory losses = Snapshots.losses(2, random);
            losses.append(number);
            assertRejected(
                    Snapshots.contents(
                            model, Snapshots.state(model, 3, random), losses, List.of()));
        }
    }

    @Test
    void changesAreWrittenAllOrNone() {
        SessionSnapshot snapshot = Snapshots.random(1, EngineKind.SCALAR, new Random(1));
        tables.begin(snapshot);
        Map<String, StoreCopy.Copied> before = allRows();
        List<Change> changes =
                List.of(new Change.Failed(1), new Change.Trained(2, Double.POSITIVE_INFINITY));

        assertThatThrownBy(() -> tables.append(1, 1, changes, snapshot.view(), true))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(allRows()).isEqualTo(before);
    }

    private void damageAll() {
        for (String damage :
                List.of(
                        "UPDATE save SET options = '?', weights = :zero",
                        "UPDATE save SET past = :zero, runs = :zero, random = :zero",
                        "UPDATE save SET loss_summary = :zero",
                        "UPDATE keyframe SET options = '?', weights = :zero",
                        "UPDATE loss SET losses = :zero",
                        "UPDATE document SET text = :zero",
                        "UPDATE session SET options = '?', state = '?', training_order = :zero",
                        "INSERT INTO change (epoch, number, kind, body) VALUES (1, 9, '?', :zero)")) {
            jdbc.sql(damage).param("zero", new byte[1]).update();
        }
    }

    @Test
    void aDamagedSessionCanBeReplaced() {
        Random random = new Random(1);
        tables.begin(Snapshots.random(1, EngineKind.SCALAR, random));
        damageAll();
        SessionSnapshot next = Snapshots.random(2, EngineKind.TENSOR, random);

        tables.begin(next);

        assertThat(reader.sessions(id -> new Holding(id, 0)))
                .extracting(StoredSession::epoch)
                .containsExactly(2L);
        assertThat(reader.load(2).model().step()).isEqualTo(next.view().step());
        assertThat(allRows())
                .extractingByKey("change")
                .extracting(StoreCopy.Copied::rows)
                .isEqualTo(0L);
    }

    @Test
    void aDamagedSessionCanBeDeleted() {
        tables.begin(Snapshots.random(1, EngineKind.SCALAR, new Random(1)));
        damageAll();

        tables.delete(1);

        Map<String, StoreCopy.Copied> rows = allRows();
        rows.remove("counter");
        assertThat(rows.values()).allMatch(table -> table.rows() == 0);
    }

    @Test
    void aSessionWithoutDocumentsIsStored() {
        ModelOptions options = ModelOptions.defaults();
        tables.begin(Snapshots.of(1, options, null));

        assertThat(reader.load(1).state()).isEqualTo(SessionState.CREATED);
        assertThat(reader.load(1).model().options()).isEqualTo(options);
    }
}
