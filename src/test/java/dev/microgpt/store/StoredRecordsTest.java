package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunSnapshot;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.StopWhen;
import dev.microgpt.support.Json;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Tests the exact JSON in the database, which must not change without a migration when classes are renamed.
final class StoredRecordsTest {

    private static final Instant AT = Instant.parse("2026-03-01T10:20:30.456Z");

    private static String json(byte[] packed) {
        return new String(PackedNumbers.bytes(packed), StandardCharsets.UTF_8);
    }

    private static byte[] packed(String json) {
        return PackedNumbers.ofBytes(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertLogEntry(Change change, String kind, String json) {
        LogEntry entry = LogEntry.of(change);
        assertThat(entry.kind()).isEqualTo(kind);
        assertThat(json(entry.write())).isEqualTo(json);
        assertThat(LogEntry.read(kind, entry.write())).usingRecursiveComparison().isEqualTo(change);
    }

    @Test
    void options() {
        ModelOptions options =
                ModelOptions.builder()
                        .seed(7)
                        .nEmbd(8)
                        .nHead(2)
                        .nLayer(3)
                        .blockSize(9)
                        .learningRate(1e-3)
                        .numSteps(500)
                        .engine(EngineKind.SCALAR)
                        .random(RandomKind.PYTHON)
                        .batchSize(4)
                        .optimizer(OptimizerKind.ADAMW)
                        .dropout(0.25)
                        .build();

        assertThat(StoredOptions.write(options))
                .isEqualTo(
                        "{\"seed\":7,\"nEmbd\":8,\"nHead\":2,\"nLayer\":3,\"blockSize\":9,"
                                + "\"learningRate\":0.001,\"numSteps\":500,\"engine\":\"SCALAR\","
                                + "\"random\":\"PYTHON\",\"batchSize\":4,"
                                + "\"optimizer\":\"ADAMW\",\"dropout\":0.25}");
        assertThat(StoredOptions.read(StoredOptions.write(options))).isEqualTo(options);
        assertThat(StoredOptions.write(ModelOptions.defaults()))
                .contains("\"engine\":\"TENSOR\",\"random\":\"MULBERRY32\"");
    }

    @ParameterizedTest
    @FieldSource("dev.microgpt.engine.ModelOption#ALL")
    void eachOptionIsStored(ModelOption option) {
        Object value =
                switch (option) {
                    case IntegerOption integer -> Math.max(2, 2 * integer.defaultValue());
                    case DecimalOption decimal -> decimal.defaultValue() / 2 + 0.001;
                    case BooleanOption bool -> !bool.defaultValue();
                    case ChoiceOption<?> choice -> choice.choices().getLast();
                };
        ModelOptions options = OptionValues.of(option, value).applyTo(ModelOptions.defaults());

        assertThat(StoredOptions.read(StoredOptions.write(options))).isEqualTo(options);
    }

    /// As earlier versions wrote them.
    @Test
    void optionsThatEarlierVersionsDidNotHaveAreStoredIfTheyAreNotDefaults() {
        assertThat(Json.parse(StoredOptions.write(ModelOptions.defaults())).propertyNames())
                .hasSize(10)
                .doesNotContain("optimizer");
        assertThatThrownBy(() -> StoredOptions.read("{\"seed\":7}"))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("nEmbd is missing");
        assertThatThrownBy(() -> StoredOptions.read("{\"colour\":\"RED\"}"))
                .isInstanceOf(DamagedException.class)
                .hasMessage("unknown option 'colour'");
        assertThatThrownBy(() -> StoredOptions.read("{\"norm\":\"BATCHNORM\"}"))
                .isInstanceOf(DamagedException.class)
                .hasMessage("unknown norm 'BATCHNORM'");
    }

    @Test
    void logEntries() {
        assertLogEntry(new Change.Trained(5, 2.25), "trained", "{\"step\":5,\"loss\":2.25}");
        assertLogEntry(
                new Change.Drawn(6, new int[] {1, -2}), "drawn", "{\"step\":6,\"words\":[1,-2]}");
        assertLogEntry(new Change.Failed(8), "failed", "{\"step\":8}");
        assertLogEntry(
                new Change.Happened(event(SessionEvent.Kind.STARTED, null), run(RunState.RUNNING)),
                "happened",
                "{\"event\":{\"step\":7,\"at\":\"2026-03-01T10:20:30.456Z\",\"kind\":\"STARTED\","
                        + "\"steering\":null,\"run\":3,\"parent\":\"mother\"},"
                        + "\"run\":{\"id\":3,\"call\":{\"steps\":100,\"stepsPerSecond\":20.5,"
                        + "\"lossBelow\":1.5,\"steering\":{\"learningRate\":0.5,\"numSteps\":9,"
                        + "\"batchSize\":2}},\"state\":\"RUNNING\",\"stepsDone\":40,\"loss\":2.5,"
                        + "\"createdAt\":\"2026-03-01T10:20:30.456Z\","
                        + "\"endedAt\":\"2026-03-01T10:20:30.456Z\",\"reason\":\"why\"}}");
        assertLogEntry(
                new Change.Happened(
                        event(
                                SessionEvent.Kind.STEERED,
                                OptionValues.of(ModelOption.NUM_STEPS, 9L)),
                        null),
                "happened",
                "{\"event\":{\"step\":7,\"at\":\"2026-03-01T10:20:30.456Z\",\"kind\":\"STEERED\","
                        + "\"steering\":{\"numSteps\":9},"
                        + "\"run\":3,\"parent\":\"mother\"},\"run\":null}");
    }

    private static SessionEvent event(SessionEvent.Kind kind, @Nullable OptionValues steering) {
        return new SessionEvent(7, AT, kind, steering, 3L, "mother", null, null);
    }

    private static RunSnapshot run(RunState state) {
        RunCall call =
                new RunCall(
                        100,
                        20.5,
                        new StopWhen(1.5, null, null),
                        OptionValues.of(ModelOption.LEARNING_RATE, 0.5)
                                .with(ModelOption.NUM_STEPS, 9L)
                                .with(ModelOption.BATCH_SIZE, 2));
        return new RunSnapshot(3, call, state, 40, 2.5, AT, AT, "why", false, null);
    }

    @ParameterizedTest
    @CsvSource({
        "LOADED, LOADED",
        "RESTORED, RESTORED",
        "FORKED, FORKED",
        "DIFFERS, DIFFERS",
        "STEERED, STEERED",
        "STARTED, STARTED",
        "PAUSED, PAUSED",
        "RESUMED, RESUMED",
        "CANCELLED, CANCELLED",
        "SUCCEEDED, SUCCEEDED",
        "FAILED, FAILED"
    })
    void tagsOfEventKinds(SessionEvent.Kind kind, String tag) {
        StoredEvent stored = StoredEvent.of(event(kind, null));
        assertThat(stored.kind()).isEqualTo(tag);
        assertThat(stored.event().kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @EnumSource
    void everyEventKindIsReadBack(SessionEvent.Kind kind) {
        assertThat(StoredEvent.of(event(kind, null)).event()).isEqualTo(event(kind, null));
    }

    @ParameterizedTest
    @CsvSource({
        "QUEUED, QUEUED",
        "RUNNING, RUNNING",
        "PAUSING, PAUSING",
        "PAUSED, PAUSED",
        "CANCELLING, CANCELLING",
        "CANCELLED, CANCELLED",
        "SUCCEEDED, SUCCEEDED",
        "FAILED, FAILED"
    })
    void tagsOfRunStates(RunState state, String tag) {
        byte[] stored = StoredRun.write(List.of(run(state)));
        assertThat(json(stored)).contains("\"state\":\"%s\"".formatted(tag));
        assertThat(StoredRun.read(stored)).containsExactly(run(state));
    }

    @ParameterizedTest
    @EnumSource
    void everyRunStateIsReadBack(RunState state) {
        assertThat(StoredRun.of(run(state)).run()).isEqualTo(run(state));
    }

    private static ScheduleEntry phase(long fromStep, double learningRate) {
        return new ScheduleEntry(
                fromStep,
                OptionValues.of(ModelOptions.defaults(), ModelOption::isSteerable)
                        .with(ModelOption.LEARNING_RATE, learningRate));
    }

    @Test
    void history() {
        TimelineState past =
                new TimelineState(
                        List.of(
                                new SessionEvent(
                                        0,
                                        AT,
                                        SessionEvent.Kind.LOADED,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null)),
                        List.of(phase(4, 0.25)),
                        List.of(new TimelineState.Draw(3, new int[] {-9})),
                        List.of(new TextSample(2, 0.5, "zoë 🦙\"", true)),
                        List.of(new ValidationLoss(3, 1.5)),
                        List.of());

        assertThat(json(StoredTimeline.write(past)))
                .isEqualTo(
                        "{\"events\":[{\"step\":0,\"at\":\"2026-03-01T10:20:30.456Z\","
                                + "\"kind\":\"LOADED\",\"steering\":null,\"run\":null,"
                                + "\"parent\":null}],\"schedule\":[{\"fromStep\":4,"
                                + "\"learningRate\":0.25,\"numSteps\":1000,\"batchSize\":1}],"
                                + "\"draws\":[{\"step\":3,\"before\":[-9]}],\"samples\":[{\"step\":2,"
                                + "\"learningRate\":0.5,\"text\":\"zoë 🦙\\\"\",\"known\":true}],"
                                + "\"validations\":[{\"step\":3,\"loss\":1.5}]}");
        assertThat(StoredTimeline.read(StoredTimeline.write(past), List.of()))
                .usingRecursiveComparison()
                .isEqualTo(past);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "{}",
                "[]",
                "{\"step\":\"five\"}",
                "{\"event\":{\"kind\":\"EATEN\"}}"
            })
    void invalidJsonIsReportedAsDamaged(String json) {
        assertThatThrownBy(() -> LogEntry.read("happened", packed(json)))
                .isInstanceOf(DamagedException.class);
        assertThatThrownBy(() -> LogEntry.read("eaten", packed("{\"step\":1}")))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("eaten");
        assertThatThrownBy(() -> StoredOptions.read(json)).isInstanceOf(DamagedException.class);
        assertThatThrownBy(() -> StoredTimeline.read(packed(json), List.of()))
                .isInstanceOf(DamagedException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void numbersThatAreNotFiniteAreRejected(double number) {
        RunCall call = new RunCall(1, null, null, null);
        List<Runnable> writes =
                List.of(
                        () -> LogEntry.of(new Change.Trained(1, number)),
                        () ->
                                LogEntry.of(
                                        new Change.Happened(
                                                event(
                                                        SessionEvent.Kind.STEERED,
                                                        OptionValues.of(
                                                                ModelOption.LEARNING_RATE, number)),
                                                null)),
                        () ->
                                StoredRun.of(
                                        new RunSnapshot(
                                                1,
                                                call,
                                                RunState.QUEUED,
                                                0,
                                                number,
                                                AT,
                                                null,
                                                null,
                                                false,
                                                null)),
                        () ->
                                StoredTimeline.write(
                                        new TimelineState(
                                                List.of(),
                                                List.of(phase(0, number)),
                                                List.of(),
                                                List.of(),
                                                List.of(),
                                                List.of())));

        for (Runnable write : writes) {
            assertThatThrownBy(write::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be finite");
        }
    }
}
