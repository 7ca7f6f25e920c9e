package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.StoredSession;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/// What is saved can be read again to the last bit; what could not be is not written.
final class SaveTest {

    private JdbcClient jdbc;
    private SessionTables tables;
    private SessionReader reader;

    /// Without a transaction: whatever is written before a refusal stays.
    @BeforeEach
    void open(@TempDir Path directory) {
        jdbc = TestDatabase.open(directory);
        DocumentTable documents = new DocumentTable(jdbc);
        tables = new SessionTables(jdbc, documents);
        reader = new SessionReader(jdbc, documents);
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
    void whateverIsWrittenIsReadToTheBit(EngineKind engine) {
        Random random = new Random(42);
        for (int epoch = 1; epoch <= 60; epoch++) {
            SessionSnapshot save = Saves.randomSave(epoch, engine, random);
            SessionSnapshot.Contents written = Objects.requireNonNull(save.contents());
            tables.begin(save);

            StoredSession.Contents read = reader.load(epoch);

            assertSame(read.model().state(), written.model());
            assertThat(read.keyframes()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                assertSame(read.keyframes().get(i), written.keyframes().get(i));
            }
            LossHistory losses = read.model().lossHistory();
            assertThat(bits(losses.summaries())).isEqualTo(bits(written.summaries()));
            assertThat(bits(losses.held(1).losses())).isEqualTo(bits(written.losses().losses()));
            assertThat(read.model().random().words()).isEqualTo(written.random());
        }
    }

    /// What there is in all tables.
    private Map<String, List<Map<String, Object>>> all() {
        return Map.of(
                "session",
                        jdbc.sql("SELECT hex(epoch), step, options FROM session")
                                .query()
                                .listOfRows(),
                "save",
                        jdbc.sql("SELECT epoch, step, hex(weights), hex(runs) FROM save")
                                .query()
                                .listOfRows(),
                "keyframe",
                        jdbc.sql("SELECT epoch, step, hex(weights) FROM keyframe")
                                .query()
                                .listOfRows(),
                "loss", jdbc.sql("SELECT epoch, first, hex(losses) FROM loss").query().listOfRows(),
                "document", jdbc.sql("SELECT digest FROM document").query().listOfRows(),
                "change",
                        jdbc.sql("SELECT epoch, number, hex(body) FROM change")
                                .query()
                                .listOfRows());
    }

    private void assertRefused(SessionSnapshot.Contents contents) {
        Map<String, List<Map<String, Object>>> before = all();
        SessionSnapshot begin = Saves.save(2, contents.model().options(), contents);
        SessionSnapshot later = Saves.save(1, contents.model().options(), contents);

        assertThatThrownBy(() -> tables.begin(begin)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tables.save(later)).isInstanceOf(IllegalArgumentException.class);

        assertThat(all()).isEqualTo(before);
    }

    private static ModelState with(MicroGpt model, String row, double number) {
        double[][] numbers = new double[3][model.numParams()];
        numbers[List.of("params", "m", "v").indexOf(row)][5] = number;
        return model.state(model.options(), 3, 0, numbers[0], numbers[1], numbers[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"params", "m", "v"})
    void aSaveThatCouldNotBeReadIsRefusedBeforeAnythingIsWritten(String row) {
        Random random = new Random(1);
        tables.begin(Saves.randomSave(1, EngineKind.SCALAR, random));
        for (EngineKind engine : EngineKind.values()) {
            MicroGpt model = Saves.model(engine);
            LossHistory losses = Saves.losses(3, random);
            ModelState good = Saves.state(model, 3, random);
            for (double number :
                    new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                ModelState bad = with(model, row, number);
                assertRefused(Saves.contents(model, bad, losses, List.of()));
                assertRefused(Saves.contents(model, good, losses, List.of(bad)));
            }
        }
    }

    @Test
    void lossesThatAreNotFiniteAreRefused() {
        Random random = new Random(1);
        tables.begin(Saves.randomSave(1, EngineKind.TENSOR, random));
        MicroGpt model = Saves.model(EngineKind.TENSOR);
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            LossHistory losses = Saves.losses(2, random);
            losses.append(number);
            assertRefused(Saves.contents(model, Saves.state(model, 3, random), losses, List.of()));
        }
    }

    @Test
    void changesAreAllWrittenOrNone() {
        SessionSnapshot save = Saves.randomSave(1, EngineKind.SCALAR, new Random(1));
        tables.begin(save);
        Map<String, List<Map<String, Object>>> before = all();
        List<Change> changes =
                List.of(new Change.Failed(1), new Change.Trained(2, Double.POSITIVE_INFINITY));

        assertThatThrownBy(() -> tables.add(1, 1, changes, save.view(), true))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(all()).isEqualTo(before);
    }

    private void damageAll() {
        for (String table : List.of("save", "keyframe")) {
            jdbc.sql("UPDATE %s SET options = '?', weights = x'00'".formatted(table)).update();
        }
        jdbc.sql("UPDATE save SET past = x'00', runs = x'00', random = x'00', loss_summary = x'00'")
                .update();
        jdbc.sql("UPDATE loss SET losses = x'00'").update();
        jdbc.sql("UPDATE document SET text = x'00'").update();
        jdbc.sql("UPDATE session SET options = '?', state = '?', training_order = x'00'").update();
        jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (1, 9, '?', x'00')")
                .update();
    }

    @Test
    void whatIsReplacedIsNotRead() {
        Random random = new Random(1);
        tables.begin(Saves.randomSave(1, EngineKind.SCALAR, random));
        damageAll();
        SessionSnapshot next = Saves.randomSave(2, EngineKind.TENSOR, random);

        tables.begin(next);

        assertThat(reader.sessions()).extracting(StoredSession::epoch).containsExactly(2L);
        assertThat(reader.load(2).model().step()).isEqualTo(next.view().step());
        assertThat(all().get("change")).isEmpty();
    }

    @Test
    void whatIsDeletedIsNotRead() {
        tables.begin(Saves.randomSave(1, EngineKind.SCALAR, new Random(1)));
        damageAll();

        tables.delete(1);

        assertThat(all().values()).allMatch(List::isEmpty);
    }

    @Test
    void aSessionWithoutDocumentsIsSavedToo() {
        ModelOptions options = ModelOptions.defaults();
        tables.begin(Saves.save(1, options, null));

        assertThat(reader.load(1).state()).isEqualTo(SessionState.CREATED);
        assertThat(reader.load(1).model().options()).isEqualTo(options);
    }
}
