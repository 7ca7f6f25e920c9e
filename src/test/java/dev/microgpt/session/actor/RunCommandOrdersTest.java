package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.StoredSession;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Commands for one run in every order, with their writes ending at every point in between.
final class RunCommandOrdersTest {

    private static final MicroGpt MODEL = TestSessions.model(TestSessions.options().build());

    /// The state of the run before the first command.
    enum Start {
        QUEUED,
        RUNNING,
        PAUSED
    }

    private enum Kind {
        PAUSE,
        CANCEL,
        RESUME,
        DELETE,
        STEER;

        Command<?> command() {
            return switch (this) {
                case PAUSE -> new Command.PauseRun(1);
                case CANCEL -> new Command.CancelRun(1);
                case RESUME -> new Command.ResumeRun(1);
                case DELETE -> new Command.Delete();
                case STEER -> new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02));
            };
        }
    }

    /// Returns all sequences of different commands with a length.
    private static List<List<Kind>> orders(int length) {
        if (length == 0) {
            return List.of(List.of());
        }
        List<List<Kind>> orders = new ArrayList<>();
        for (List<Kind> order : orders(length - 1)) {
            for (Kind kind : Kind.values()) {
                if (!order.contains(kind)) {
                    List<Kind> longer = new ArrayList<>(order);
                    longer.add(kind);
                    orders.add(longer);
                }
            }
        }
        return orders;
    }

    @ParameterizedTest
    @EnumSource
    void threeCommands(Start start) {
        for (List<Kind> order : orders(3)) {
            for (int writes = 0; writes < 27; writes++) {
                new Trial(start, order, writes, (writes + order.indexOf(Kind.CANCEL) + 1) % 3)
                        .check();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fourCommands(Start start) {
        int first = 0; // the orders take turns in the ways of writing
        for (List<Kind> order : orders(4)) {
            for (int writes = first; writes < 81; writes += 16) {
                new Trial(start, order, writes, 1).check();
            }
            first = (first + 1) % 16;
        }
    }

    /// One order of commands.
    ///
    /// @param writes in base 3: after each command, the oldest write keeps waiting, is completed, or fails
    /// @param slices number of slices after each command
    private record Trial(
            Start start,
            List<Kind> order,
            int writes,
            int slices,
            TestSessions sessions,
            SessionActor actor) {

        Trial(Start start, List<Kind> order, int writes, int slices) {
            TestSessions made = new TestSessions(new FakeStore(), 1000, 2);
            SessionActor fresh = made.fresh(MODEL.copy(), SessionEvent.Kind.LOADED);
            var _ = made.done(fresh, new Command.Begin(null));
            this(start, order, writes, slices, made, fresh);
        }

        void check() {
            begin();
            FakeStore store = sessions.store;
            store.hold();
            List<CompletableFuture<?>> replies = new ArrayList<>();
            int rest = writes;
            for (Kind kind : order) {
                replies.add(send(kind));
                sessions.scheduler.run(slices);
                if (store.numWaiting() > 0 && rest % 3 == 1) {
                    store.completeNext();
                } else if (store.numWaiting() > 0 && rest % 3 == 2) {
                    store.failNext();
                }
                rest /= 3;
                checkOneRun();
            }
            for (int i = 0; i < 40 && !replies.stream().allMatch(CompletableFuture::isDone); i++) {
                store.release();
                store.hold();
                sessions.scheduler.run(1);
            }
            store.release();
            assertThat(replies).as("replies of %s", this).allMatch(CompletableFuture::isDone);
            checkEnd(replies);
        }

        private void begin() {
            var _ = sessions.done(actor, TestSessions.run(1_000_000));
            if (start != Start.QUEUED) {
                sessions.scheduler.run(2);
            }
            if (start == Start.PAUSED) {
                var _ = sessions.done(actor, new Command.PauseRun(1));
            }
        }

        private CompletableFuture<?> send(Kind kind) {
            try {
                return sessions.send(actor, kind.command())
                        .whenComplete(
                                (_, failure) -> {
                                    if (failure == null) {
                                        checkStored(kind);
                                    }
                                });
            } catch (SessionException e) {
                assertThat(e.code()).as("%s", this).isEqualTo(ErrorCode.NOT_FOUND);
                return CompletableFuture.failedFuture(e);
            }
        }

        /// Checks, at the time of a reply, that its command is stored.
        private void checkStored(Kind kind) {
            if (kind == Kind.DELETE) {
                assertThat(sessions.store.isEmpty()).as("deleted in %s", this).isTrue();
            }
            if (kind == Kind.CANCEL) {
                StoredSession stored = sessions.store.sessions().getFirst();
                assertThat(stored.hasRun()).as("cancelled in %s", this).isFalse();
                assertThat(sessions.storedImage().runs().getFirst().state())
                        .as("cancelled in %s", this)
                        .isEqualTo(RunState.CANCELLED);
            }
        }

        private void checkOneRun() {
            List<RunView> runs = actor.publisher().state().runs();
            assertThat(runs).as("runs of %s", this).hasSize(1);
        }

        private void checkEnd(List<CompletableFuture<?>> replies) {
            boolean isDeleted = succeeded(replies, Kind.DELETE);
            assertThat(actor.publisher().state().end() != null).as("%s", this).isEqualTo(isDeleted);
            assertThat(sessions.ended).as("%s", this).hasSize(isDeleted ? 1 : 0);
            if (isDeleted) {
                assertThat(sessions.memory.used()).as("%s", this).isZero();
                return;
            }
            RunState state = actor.publisher().state().runs().getFirst().state();
            if (succeeded(replies, Kind.CANCEL)) {
                assertThat(state).as("%s", this).isEqualTo(RunState.CANCELLED);
            } else {
                assertThat(state.isEnd()).as("%s", this).isFalse();
            }
            var _ = sessions.done(actor, new Command.PauseRun(1));
            assertThat(sessions.storedImage()).as("%s", this).isEqualTo(sessions.image(actor));
        }

        private boolean succeeded(List<CompletableFuture<?>> replies, Kind kind) {
            int index = order.indexOf(kind);
            return index >= 0 && !replies.get(index).isCompletedExceptionally();
        }

        @Override
        public String toString() {
            return "%s %s, writes %s, slices %d"
                    .formatted(start, order, Integer.toString(writes, 3), slices);
        }
    }
}
