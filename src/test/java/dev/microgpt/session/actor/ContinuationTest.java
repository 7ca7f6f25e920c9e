package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import static java.util.Objects.requireNonNull;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Sessions that continue with other documents.
final class ContinuationTest {

    private static final Corpus GROWN = Corpus.of("zab\nbe\nabc\nae");
    private static final Corpus KNOWN = Corpus.of("cc\nbe\nza");

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;

    private Tokenizer tokenizer(SessionActor actor) {
        return sessions.done(
                actor, new Command.Ask<>((models, _) -> models.model().corpus().tokenizer()));
    }

    private Command.Continue continuation(SessionActor actor, Corpus corpus) {
        Tokenizer former = tokenizer(actor);
        return new Command.Continue(corpus.inTokensOf(former, true), former);
    }

    private PublishedState continueWith(SessionActor actor, Corpus corpus) {
        return sessions.done(actor, continuation(actor, corpus));
    }

    private static Command.Draw draw(int count) {
        return new Command.Draw(
                new Generation(new GenerateCall(GenerateOptions.defaults(), count, null, null)));
    }

    /// Trains, draws, steers and continues, so that the documents change at steps 20 and 33.
    private void makeHistory(SessionActor actor) {
        var _ = sessions.step(actor, 12);
        var _ = sessions.done(actor, draw(2));
        var _ = sessions.step(actor, 8);
        var _ = sessions.done(actor, draw(1));
        var _ = continueWith(actor, GROWN);
        var _ = sessions.done(actor, draw(1));
        var _ =
                sessions.done(
                        actor,
                        new Command.Steer(
                                OptionValues.of(ModelOption.LEARNING_RATE, 0.03)
                                        .with(ModelOption.BATCH_SIZE, 2)));
        var _ = sessions.step(actor, 13);
        var _ = continueWith(actor, KNOWN);
        var _ = sessions.step(actor, 9);
    }

    private static MicroGpt byHand(ModelOptions options, int steps) {
        MicroGpt model = TestSessions.model(options);
        for (int step = 0; step <= steps; step++) {
            if (step == 12) {
                generate(model, step < steps ? 2 : 0);
            } else if (step == 20) {
                generate(model, 1);
                String _ = model.continueWith(GROWN, true);
                generate(model, step < steps ? 1 : 0);
                model.steer(
                        OptionValues.of(ModelOption.LEARNING_RATE, 0.03)
                                .with(ModelOption.BATCH_SIZE, 2));
            } else if (step == 33) {
                String _ = model.continueWith(KNOWN, false);
            }
            if (step < steps) {
                double _ = model.advance();
            }
        }
        return model;
    }

    private static void generate(MicroGpt model, int count) {
        for (int i = 0; i < count; i++) {
            var _ = model.generate(GenerateOptions.defaults());
        }
    }

    private static void assertSame(MicroGpt model, MicroGpt expected) {
        assertThat(model.checkpoint().params()).containsExactly(expected.checkpoint().params());
        assertThat(model.checkpoint().m()).containsExactly(expected.checkpoint().m());
        assertThat(model.checkpoint().v()).containsExactly(expected.checkpoint().v());
        assertThat(model.random().words()).containsExactly(expected.random().words());
        assertThat(model.order()).containsExactly(expected.order());
        assertThat(model.checkpoint().nextDocument())
                .isEqualTo(expected.checkpoint().nextDocument());
        assertThat(model.corpus().document(0)).isEqualTo(expected.corpus().document(0));
        assertThat(model.corpus().tokenizer()).isEqualTo(expected.corpus().tokenizer());
        assertThat(model.getLossHistory()).containsExactly(expected.getLossHistory());
    }

    private MicroGpt fork(SessionActor actor, @Nullable PastStep step) {
        return replayed(sessions.done(actor, new Command.TakeForkPoint(step)));
    }

    private static MicroGpt replayed(ForkPoint point) {
        return requireNonNull(point.replay().slice(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource({
        "SCALAR, MULBERRY32",
        "SCALAR, PYTHON",
        "TENSOR, MULBERRY32",
        "TENSOR, PYTHON",
    })
    void aSessionAndItsForksAreTheModelsMadeByHand(EngineKind engine, RandomKind random) {
        ModelOptions options = TestSessions.options().engine(engine).random(random).build();
        SessionActor actor = sessions.begun(options);
        makeHistory(actor);

        assertSame(fork(actor, null), byHand(options, 42));
        for (int step : List.of(11, 12, 13, 19, 20, 21, 32, 33, 34, 41, 42)) {
            assertSame(fork(actor, PastStep.at(step)), byHand(options, step));
        }
    }

    /// Without the keyframes between, a replay repeats the changes of the documents as well.
    @Test
    void aForkIsReplayedAcrossChanges() {
        SessionActor actor = sessions.begun();
        makeHistory(actor);
        sessions.done(
                actor,
                new Command.Ask<>(
                        (models, _) -> {
                            models.keyframes().limit(1);
                            return models.keyframes().view().steps();
                        }));

        for (int step : List.of(12, 20, 33, 40)) {
            assertSame(
                    fork(actor, PastStep.at(step)), byHand(TestSessions.options().build(), step));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {19, 20, 33, 42})
    void aForkHasThePastOfItsParent(int step) {
        SessionActor actor = sessions.begun();
        makeHistory(actor);
        ForkPoint point = sessions.done(actor, new Command.TakeForkPoint(PastStep.at(step)));
        MicroGpt model = fork(actor, PastStep.at(step));
        TestSessions others = new TestSessions();
        SessionActor fork =
                SessionActor.create(
                        TestSessions.ID,
                        others.environment,
                        model,
                        point.timeline(),
                        null,
                        others.ended::add);
        var _ = others.done(fork, new Command.Begin(null));
        assertThat(others.storedImage()).isEqualTo(others.image(fork));

        var _ = others.step(fork, 3);
        ForkPoint second = others.done(fork, new Command.TakeForkPoint(PastStep.at(step)));
        assertSame(replayed(second), byHand(TestSessions.options().build(), step));
    }

    @ParameterizedTest
    @CsvSource({"SCALAR", "TENSOR"})
    void rehydratedSessionEqualsOriginalBitByBit(EngineKind engine) {
        SessionActor actor = sessions.begun(TestSessions.options().engine(engine).build());
        makeHistory(actor);
        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor rehydrated = later.stored();

        assertThat(rehydrated.publisher().state().version())
                .isEqualTo(actor.publisher().state().version());
        assertThat(later.image(rehydrated)).isEqualTo(sessions.image(actor));
        assertThat(later.step(rehydrated, 20).losses())
                .containsExactly(sessions.step(actor, 20).losses());
        for (int step : List.of(19, 20, 21, 33, 50)) {
            ForkPoint point = later.done(rehydrated, new Command.TakeForkPoint(PastStep.at(step)));
            assertSame(replayed(point), fork(actor, PastStep.at(step)));
        }
    }

    private List<String> symbols(SessionActor actor, long step) {
        return sessions.done(
                actor,
                new Command.Ask<>(
                        (models, _) ->
                                models.modelAsOf(PastStep.at(step)).value().getEmbeddings().stream()
                                        .map(TokenEmbedding::symbol)
                                        .collect(Collectors.toList())));
    }

    @Test
    void earlierStepsAnswerInTheirTokens() {
        SessionActor actor = sessions.begun();
        makeHistory(actor);

        assertThat(symbols(actor, 18)).containsExactly("a", "b", "c", "<BOS>");
        assertThat(symbols(actor, 20)).containsExactly("a", "b", "c", "e", "z", "<BOS>");
        assertThat(symbols(actor, 42)).containsExactly("a", "b", "c", "e", "z", "<BOS>");
    }

    @Test
    void theHistoryTellsWhatTheSessionContinuedWith() {
        SessionActor actor = sessions.begun();
        makeHistory(actor);

        List<SessionEvent> events = sessions.image(actor).history().events();
        assertThat(events)
                .filteredOn(event -> event.kind() == SessionEvent.Kind.CONTINUED)
                .extracting(SessionEvent::step, SessionEvent::continued)
                .containsExactly(
                        tuple(20L, new SessionEvent.Continued(4, 6, "ez")),
                        tuple(33L, new SessionEvent.Continued(3, 6, "")));
    }

    @Test
    void anotherVersionOfTheSameEpoch() {
        SessionActor actor = sessions.begun();
        PublishedState before = actor.publisher().state();
        PublishedState after = continueWith(actor, TestSessions.DOCUMENTS);

        assertThat(after.epoch()).isEqualTo(before.epoch());
        assertThat(after.version()).isNotEqualTo(before.version());
        assertThat(after.view().continuations()).isEqualTo(1);
        assertThat(continueWith(actor, TestSessions.DOCUMENTS).version())
                .isNotEqualTo(after.version());
    }

    @Test
    void aRunGoesOnWithTheNewDocuments() {
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, TestSessions.run(300));
        sessions.scheduler.run(2);
        var _ = continueWith(actor, GROWN);
        long step = actor.publisher().state().view().step();
        sessions.scheduler.run();

        assertThat(step).isBetween(1L, 299L);
        assertThat(actor.publisher().state().view().step()).isEqualTo(300);
        assertThat(actor.publisher().state().runs().getFirst().stepsDone()).isEqualTo(300);
        MicroGpt expected = TestSessions.model();
        for (int i = 0; i < 300; i++) {
            if (i == step) {
                String _ = expected.continueWith(GROWN, true);
            }
            double _ = expected.advance();
        }
        assertSame(fork(actor, null), expected);
    }

    @Test
    void validationContinuesWithTheNewDocuments() {
        SessionActor actor =
                sessions.begun(TestSessions.options().validation(1).validateEvery(5).build());
        var _ = sessions.step(actor, 10);
        var _ = continueWith(actor, GROWN);
        var _ = sessions.step(actor, 10);

        MicroGpt model = fork(actor, null);
        List<Long> steps =
                actor.publisher().state().validations().stream().map(loss -> loss.step()).toList();
        assertThat(steps).containsExactly(0L, 5L, 10L, 15L, 20L);
        assertThat(actor.publisher().state().validations().getLast().loss())
                .isEqualTo(model.lossOf(model.validationDocuments()[0]));
    }

    /// A loss of the former documents says nothing about the present ones.
    @Test
    void theBestStepIsAmongThoseSinceTheChange() {
        SessionActor actor =
                sessions.begun(TestSessions.options().validation(1).validateEvery(5).build());
        var _ = sessions.step(actor, 20);
        assertThat(best(sessions, actor)).isNotNull();
        var _ = continueWith(actor, GROWN);
        assertThat(best(sessions, actor)).isNull();
        var _ = sessions.step(actor, 20);
        ValidationLoss best = best(sessions, actor);

        assertThat(Objects.requireNonNull(best).step()).isGreaterThan(20);
        TestSessions later = new TestSessions(store, 1000);
        assertThat(best(later, later.stored())).isEqualTo(best);
    }

    private static @Nullable ValidationLoss best(TestSessions sessions, SessionActor actor) {
        return sessions.done(
                        actor,
                        new Command.Ask<>(
                                (models, _) ->
                                        Optional.ofNullable(
                                                models.timeline().bestValidationLoss())))
                .orElse(null);
    }

    @Test
    void aWriteThatFailsChangesNothing() {
        SessionActor actor = sessions.begun();
        var _ = sessions.step(actor, 7);
        Image before = sessions.image(actor);
        long memory = sessions.memory.used();
        Command.Continue command = continuation(actor, GROWN);
        store.fail(true);
        var reply = sessions.send(actor, command);
        sessions.scheduler.run();
        store.fail(false);
        sessions.scheduler.run();

        assertThat(codeOf(reply)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(sessions.image(actor)).isEqualTo(before);
        assertThat(sessions.memory.used()).isEqualTo(memory);
        assertThat(actor.publisher().state().view().vocabSize()).isEqualTo(4);
    }

    @Test
    void tokensThatWereReplacedMeanwhileAreRefused() {
        SessionActor actor = sessions.begun();
        Command.Continue late = continuation(actor, KNOWN);
        var _ = continueWith(actor, GROWN);
        var reply = sessions.send(actor, late);
        sessions.scheduler.run();

        assertThat(codeOf(reply)).isEqualTo(ErrorCode.BUSY);
    }

    @Test
    void aSessionContinuesALimitedNumberOfTimes() {
        SessionActor actor = sessions.begun();
        Tokenizer tokenizer = tokenizer(actor);
        Command.Continue command = new Command.Continue(TestSessions.DOCUMENTS, tokenizer);
        for (int i = 0; i < Timeline.MAX_CONTINUATIONS; i++) {
            var _ = sessions.done(actor, command);
        }
        var reply = sessions.send(actor, command);
        sessions.scheduler.run();

        assertThatThrownBy(reply::join)
                .hasCauseInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has continued with other documents 100 times");
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void loadingAgainForgetsTheFormerDocuments() {
        SessionActor actor = sessions.begun();
        long memory = sessions.memory.used();
        makeHistory(actor);
        assertThat(sessions.memory.used()).isGreaterThan(memory);
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));

        assertThat(sessions.memory.used()).isEqualTo(memory);
        assertThat(actor.publisher().state().view().continuations()).isZero();
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }
}
