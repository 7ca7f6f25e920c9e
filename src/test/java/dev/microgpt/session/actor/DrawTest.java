package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.PastStep;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

/// Texts from the session's generator: either all texts of a call advance it, or none.
final class DrawTest {

    private static final int COUNT = 40;

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private static Command.Draw draw() {
        return new Command.Draw(
                new Generation(new GenerateCall(GenerateOptions.defaults(), COUNT, null, null)));
    }

    private static List<String> texts(AsOf<GeneratedTexts> samples) {
        return samples.value().texts().stream().map(text -> text.sample().text()).toList();
    }

    /// Returns the texts of the same call without interruptions.
    private static List<String> undisturbed() {
        TestSessions other = new TestSessions();
        return texts(other.done(other.begun(), draw()));
    }

    @Test
    void drawTakesSeveralSlices() {
        var drawn = sessions.send(actor, draw());
        sessions.scheduler.run(2);

        assertThat(drawn).isNotDone();
        sessions.scheduler.run();
        assertThat(texts(drawn.join())).isEqualTo(undisturbed()).hasSize(COUNT);
    }

    @Test
    void cancelledDrawDoesNotAdvanceGenerator() {
        Image before = sessions.image(actor);
        var drawn = sessions.send(actor, draw());
        sessions.scheduler.run(2);
        drawn.cancel(false);
        sessions.scheduler.run();

        Image after = sessions.image(actor);
        if (after.generator().equals(before.generator())) {
            assertThat(texts(sessions.done(actor, draw()))).isEqualTo(undisturbed());
        } else { // it was completed nevertheless
            assertThat(sessions.storedImage()).isEqualTo(after);
        }
    }

    @Test
    void failedWriteDoesNotAdvanceGenerator() {
        store.fail(true);
        var drawn = sessions.send(actor, draw());
        sessions.scheduler.run();
        store.fail(false);

        assertThat(codeOf(drawn)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(texts(sessions.done(actor, draw()))).isEqualTo(undisturbed());
    }

    @Test
    void secondDrawContinuesAfterFirst() {
        var first = sessions.send(actor, draw());
        var second = sessions.send(actor, draw());
        sessions.scheduler.run();

        assertThat(texts(first.join())).isEqualTo(undisturbed());
        assertThat(texts(second.join())).isNotEqualTo(texts(first.join()));
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void trainingInBetweenChangesNeitherModelNorTexts() {
        var trained = sessions.send(actor, train(300));
        sessions.scheduler.run(1);
        var drawn = sessions.send(actor, draw());
        sessions.scheduler.run();

        assertThat(trained).isCompleted();
        assertThat(drawn.join().value().texts()).hasSize(COUNT);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void forkHasGeneratorOfItsStep() {
        var _ = sessions.step(actor, 4);
        Image before = sessions.image(actor);
        var _ = sessions.done(actor, draw());
        ForkPoint forkPoint = sessions.done(actor, new Command.TakeForkPoint(PastStep.at(2)));
        var model = Objects.requireNonNull(forkPoint.replay().slice(Long.MAX_VALUE));

        assertThat(model.random().words())
                .containsExactly(before.generator().stream().mapToInt(x -> x).toArray());
    }
}
