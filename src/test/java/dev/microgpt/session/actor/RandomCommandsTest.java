package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.Generation;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Random commands, with writes that are late or fail: in the end, memory and store agree.
final class RandomCommandsTest {

    private static final MicroGpt MODEL = TestSessions.model(TestSessions.options().build());
    private static final int TRIALS = 50;
    private static final int COMMANDS = 25;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void storedSessionEqualsSessionInMemory(long seed) {
        for (int i = 0; i < TRIALS; i++) {
            long trial = seed * 1_000_000 + i;
            new Trial(trial).check();
        }
    }

    /// One session and its random commands.
    private static final class Trial {

        private final String name;
        private final Random random;
        private final TestSessions sessions = new TestSessions(new FakeStore(), 1000, 3);
        private final SessionActor actor = sessions.fresh(MODEL.copy(), SessionEvent.Kind.LOADED);
        private final List<CompletableFuture<?>> replies = new ArrayList<>();
        private CompletableFuture<?> training = CompletableFuture.completedFuture(null);
        private CompletableFuture<?> start = CompletableFuture.completedFuture(null);
        private final List<String> log = new ArrayList<>();

        Trial(long seed) {
            name = "trial " + seed;
            random = new Random(seed);
            var _ = sessions.done(actor, new Command.Begin(null));
        }

        void check() {
            for (int i = 0; i < COMMANDS; i++) {
                send();
                sessions.scheduler.run(random.nextInt(4));
                write();
            }
            sessions.store.release();
            settle();
            assertThat(replies).as(name).allMatch(CompletableFuture::isDone);
            var _ =
                    sessions.done(
                            actor,
                            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.01)));
            if (!actor.publisher().state().runs().isEmpty()) { // stores the steps since as well
                var _ = sessions.done(actor, new Command.PauseRun(newestRun()));
            }
            Image stored = sessions.storedImage();
            Image shown = sessions.image(actor);
            String all = name + ": " + log;
            assertThat(stored.step()).as(all).isEqualTo(shown.step());
            assertThat(stored.state()).as(all).isEqualTo(shown.state());
            assertThat(stored.runs()).as(all).isEqualTo(shown.runs());
            assertThat(stored.history()).as(all).isEqualTo(shown.history());
            assertThat(stored.keyframes()).as(all).isEqualTo(shown.keyframes());
            assertThat(stored.generator()).as(all).isEqualTo(shown.generator());
            assertThat(stored.losses()).as(all).isEqualTo(shown.losses());
            assertThat(stored.numbers()).as(all).isEqualTo(shown.numbers());
            assertThat(sessions.memory.used()).as(name).isEqualTo(actor.publisher().bytes());
        }

        /// Runs slices until all commands are done. The number is limited, as a run may be endless.
        private void settle() {
            for (int i = 0;
                    i < 2000 && !replies.stream().allMatch(CompletableFuture::isDone);
                    i++) {
                sessions.scheduler.run(1);
            }
        }

        private long newestRun() {
            var runs = actor.publisher().state().runs();
            return runs.isEmpty() ? 1 : runs.getLast().id();
        }

        private void write() {
            switch (random.nextInt(8)) {
                case 0 -> sessions.store.hold();
                case 1, 2 -> sessions.store.release();
                case 3 -> {
                    if (sessions.store.numWaiting() > 0) {
                        sessions.store.failNext();
                    }
                }
                case 4, 5 -> {
                    if (sessions.store.numWaiting() > 0) {
                        sessions.store.completeNext();
                    }
                }
                default -> {}
            }
            if (random.nextInt(10) == 0) {
                actor.writeFinally(true);
            }
        }

        private void send() {
            Command<?> command = command();
            boolean isStart = command instanceof Command.StartRun;
            boolean isTraining = command.isTraining();
            if ((isStart && !training.isDone()) || (isTraining && !start.isDone())) {
                return; // see RunDuringStepCallTest
            }
            log.add(command.getClass().getSimpleName());
            CompletableFuture<?> reply = sessions.send(actor, command);
            replies.add(reply);
            if (isTraining) {
                training = reply;
            } else if (isStart) {
                start = reply;
            } else if (random.nextInt(20) == 0) {
                reply.cancel(false);
            }
        }

        /// Continues with new characters, or fails if the session has other tokens than expected.
        private Command<?> continuation() {
            Tokenizer former = CharTokenizer.of(any("abc", "abcd", "abcdx"));
            Corpus corpus = Corpus.of(any("ab\nca", "d\nabc\nda", "x\nb\nxab"));
            return new Command.Continue(corpus.inTokensOf(former, true), former);
        }

        private String any(String... texts) {
            return texts[random.nextInt(texts.length)];
        }

        private Command<?> command() {
            return switch (random.nextInt(13)) {
                case 0 ->
                        new Command.Steer(
                                OptionValues.of(
                                        ModelOption.LEARNING_RATE, random.nextDouble() / 50));
                case 1, 2 -> TestSessions.train(1 + random.nextInt(12));
                case 3 -> TestSessions.run(1 + random.nextInt(60));
                case 4 -> new Command.PauseRun(newestRun());
                case 5 -> new Command.ResumeRun(newestRun());
                case 6 -> new Command.CancelRun(newestRun());
                case 7 ->
                        new Command.Draw(
                                new Generation(
                                        new GenerateCall(
                                                GenerateOptions.defaults(),
                                                1 + random.nextInt(5),
                                                null,
                                                null)));
                case 8, 9 -> new Command.Evict(Long.MAX_VALUE);
                case 10 ->
                        random.nextInt(4) == 0
                                ? new Command.Load(TestSessions.DOCUMENTS, true)
                                : new Command.TakeForkPoint(null);
                case 11 -> continuation();
                default -> new Command.Ask<>((models, _) -> models.model().step());
            };
        }
    }
}
