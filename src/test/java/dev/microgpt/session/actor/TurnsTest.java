package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.Query;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Calls of one session that need many slices: the others do not wait for their end.
final class TurnsTest {

    private final TestSessions sessions = new TestSessions();
    private final SessionActor actor = sessions.begun();
    private final List<String> slices = new ArrayList<>();

    /// Sends a query that notes each of its slices.
    private CompletableFuture<Integer> ask(String name, int count) {
        int[] made = {0};
        Query<Integer> query =
                (_, _) -> {
                    slices.add(name);
                    made[0]++;
                    return made[0] == count ? count : null;
                };
        return sessions.send(actor, new Command.Ask<>(query));
    }

    private CompletableFuture<AsOf<GeneratedTexts>> draw(int count) {
        return sessions.send(
                actor,
                new Command.Draw(
                        new Generation(
                                new GenerateCall(GenerateOptions.defaults(), count, null, null))));
    }

    private static List<String> texts(CompletableFuture<AsOf<GeneratedTexts>> drawn) {
        return drawn.join().value().texts().stream().map(text -> text.sample().text()).toList();
    }

    @Test
    void longQueriesTakeTurns() {
        var a = ask("a", 3);
        var b = ask("b", 2);
        var c = ask("c", 1);
        sessions.scheduler.run();

        assertThat(slices).containsExactly("a", "b", "c", "a", "b", "a");
        assertThat(List.of(a.join(), b.join(), c.join())).containsExactly(3, 2, 1);
    }

    @Test
    void shortCallsAndQueriesAreExecutedDuringDraw() {
        var drawn = draw(200);
        sessions.scheduler.run(1);
        var asked = ask("a", 2);
        var steered =
                sessions.send(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.5)));
        sessions.scheduler.run(7);

        assertThat(asked).isCompleted();
        assertThat(steered).isCompleted();
        assertThat(drawn).isNotDone();
        sessions.scheduler.run();
        assertThat(texts(drawn)).hasSize(200);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void drawsFollowEachOther() {
        var first = draw(60);
        var second = draw(30);
        var asked = ask("a", 2);
        sessions.scheduler.run(5);
        assertThat(asked).isCompleted();
        assertThat(first).isNotDone();
        sessions.scheduler.run();

        TestSessions undisturbed = new TestSessions();
        var all =
                undisturbed.send(
                        undisturbed.begun(),
                        new Command.Draw(
                                new Generation(
                                        new GenerateCall(
                                                GenerateOptions.defaults(), 90, null, null))));
        undisturbed.scheduler.run();
        List<String> inOrder = new ArrayList<>(texts(first));
        inOrder.addAll(texts(second));
        assertThat(inOrder).isEqualTo(texts(all));
    }

    @Test
    void replacementWaitsForCallsInProgressAndOthersWaitForIt() {
        var before = ask("before", 4);
        sessions.scheduler.run(1);
        var loaded =
                sessions.send(
                        actor, new Command.Load(Corpus.of("xyz\nzyx"), /* overwrite= */ true));
        var _ = loaded.thenRun(() -> slices.add("load"));
        var after = ask("after", 1);
        sessions.scheduler.run();

        assertThat(List.of(before, loaded, after)).allMatch(CompletableFuture::isDone);
        List<String> expected = new ArrayList<>(Collections.nCopies(4, "before"));
        expected.add("load");
        expected.add("after");
        assertThat(slices).isEqualTo(expected);
    }

    @Test
    void longQueriesDoNotStarveTraining() {
        var _ = ask("a", 1000);
        var _ = ask("b", 1000);
        var trained = sessions.send(actor, TestSessions.train(1));
        sessions.scheduler.run(20);

        assertThat(trained).isCompleted();
    }

    @Test
    void abandonedQueryEndsInItsTurn() {
        var a = ask("a", 1000);
        var b = ask("b", 3);
        sessions.scheduler.run(2);
        a.cancel(false);
        sessions.scheduler.run();

        assertThat(b).isCompleted();
        assertThat(Collections.frequency(slices, "a")).isLessThan(1000);
    }

    @Test
    void aShareDoesNotShowWhatReplacesTheSessionWhileItsQueryWaits() {
        long epoch = actor.publisher().state().epoch();
        SharedSession share =
                new SharedSession(TestSessions.ID.owner(), TestSessions.ID.name(), epoch, "id");
        CallContext bearer = CallContext.of(Caller.of(share::callerName), sessions.memory.share());
        Query<Integer> query = (_, _) -> 1;

        var before = actor.send(new Command.Ask<>(query), bearer);
        var loaded =
                sessions.send(
                        actor, new Command.Load(Corpus.of("xyz\nzyx"), /* overwrite= */ true));
        var after = actor.send(new Command.Ask<>(query), bearer);
        sessions.scheduler.run();

        assertThat(loaded).isCompleted();
        assertThat(before).isCompletedWithValue(1);
        assertThat(after)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .withMessageContaining("was replaced");
    }
}
