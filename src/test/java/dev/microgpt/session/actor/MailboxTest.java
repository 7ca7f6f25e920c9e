package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The order and the bounds of the waiting commands.
final class MailboxTest {

    private static final int CAPACITY = 3;

    private final Mailbox mailbox = new Mailbox(CAPACITY);
    private final TestSessions sessions = new TestSessions();

    private <R> Envelope<R> add(Command<R> command) {
        Envelope<R> envelope =
                new Envelope<>(command, CallContext.of(Caller.LOCAL, sessions.memory.share()));
        mailbox.add(envelope);
        return envelope;
    }

    private Envelope<?> call() {
        return add(new Command.Ask<>((models, _) -> models.model().step()));
    }

    private Envelope<?> training() {
        return add(TestSessions.train(1));
    }

    private static void assertFails(Envelope<?> envelope, ErrorCode code) {
        assertThat(TestSessions.codeOf(envelope.reply())).isEqualTo(code);
    }

    private void assertRejects(Command<?> command, ErrorCode code) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> add(command))
                .matches(e -> e.code() == code);
    }

    @Test
    void emptyMailboxHasNothingToDo() {
        assertThat(mailbox.nextKind(false)).isEqualTo(Demand.Kind.NONE);
        assertThat(mailbox.nextEnvelope(false)).isNull();
        assertThat(mailbox.nextKind(true)).isEqualTo(Demand.Kind.TRAINING);
        assertThat(mailbox.nextEnvelope(true)).isNull();
    }

    @Test
    void callsGoFirstAndBothKindsKeepTheirOrder() {
        List<Envelope<?>> expected = new ArrayList<>();
        Envelope<?> firstTraining = training();
        expected.add(call());
        Envelope<?> secondTraining = training();
        expected.add(call());
        expected.add(firstTraining);
        expected.add(secondTraining);
        List<Envelope<?>> taken = new ArrayList<>();
        for (Envelope<?> next = mailbox.nextEnvelope(false);
                next != null;
                next = mailbox.nextEnvelope(false)) {
            taken.add(next);
            mailbox.remove(next);
        }

        assertThat(taken).isEqualTo(expected);
    }

    @Test
    void commandStaysFirstUntilItIsRemoved() {
        Envelope<?> first = call();
        Envelope<?> second = call();

        assertThat(mailbox.nextEnvelope(false)).isSameAs(first);
        assertThat(mailbox.nextEnvelope(false)).isSameAs(first);
        mailbox.remove(first);
        assertThat(mailbox.nextEnvelope(false)).isSameAs(second);
    }

    @Test
    void callsDoNotStarveTraining() {
        Envelope<?> training = training();
        Envelope<?> call = call();
        List<@Nullable Envelope<?>> taken = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            taken.add(mailbox.nextEnvelope(false));
        }

        assertThat(taken.subList(0, 8)).containsOnly(call);
        assertThat(taken.get(8)).isSameAs(training);
        assertThat(taken.subList(9, 17)).containsOnly(call);
        assertThat(taken.get(17)).isSameAs(training);
    }

    @Test
    void callsDoNotStarveRun() {
        Envelope<?> call = call();
        List<@Nullable Envelope<?>> taken = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            taken.add(mailbox.nextEnvelope(true));
        }

        assertThat(taken.subList(0, 8)).containsOnly(call);
        assertThat(taken.get(8)).isNull();
    }

    @Test
    void eachKindHasItsOwnBound() {
        for (int i = 0; i < CAPACITY; i++) {
            Envelope<?> _ = call();
        }
        assertRejects(new Command.ResumeRun(1), ErrorCode.BUSY);
        for (int i = 0; i < CAPACITY; i++) {
            Envelope<?> _ = training();
        }
        assertRejects(TestSessions.train(1), ErrorCode.BUSY);
        mailbox.remove(Objects.requireNonNull(mailbox.nextEnvelope(false)));
        Envelope<?> _ = call();
    }

    @Test
    void deleteGoesFirstEvenIfTheQueueIsFull() {
        for (int i = 0; i < CAPACITY; i++) {
            Envelope<?> _ = call();
        }
        Envelope<?> delete = add(new Command.Delete());

        assertThat(mailbox.nextEnvelope(false)).isSameAs(delete);
    }

    @Test
    void urgentCommandsEndTheSliceEarly() {
        Envelope<?> _ = call();
        assertThat(mailbox.hasUrgent()).isFalse();
        Envelope<?> pause = add(new Command.PauseRun(1));
        Envelope<?> cancel = add(new Command.CancelRun(1));
        assertThat(mailbox.hasUrgent()).isTrue();
        mailbox.remove(pause);
        assertThat(mailbox.hasUrgent()).isTrue();
        mailbox.remove(cancel);
        assertThat(mailbox.hasUrgent()).isFalse();
    }

    @Test
    void waitingCommandsCanBeFound() {
        Envelope<?> cancel = add(new Command.CancelRun(1));
        assertThat(mailbox.holds(new Command.CancelRun(1)::equals)).isTrue();
        assertThat(mailbox.holds(new Command.CancelRun(2)::equals)).isFalse();
        mailbox.remove(cancel);
        assertThat(mailbox.holds(new Command.CancelRun(1)::equals)).isFalse();
    }

    @Test
    void closedMailboxFailsWaitingAndLaterCommands() {
        Envelope<?> call = call();
        Envelope<?> training = training();
        mailbox.close(new SessionException(ErrorCode.NOT_FOUND, "deleted"));

        assertFails(call, ErrorCode.NOT_FOUND);
        assertFails(training, ErrorCode.NOT_FOUND);
        assertRejects(TestSessions.train(1), ErrorCode.NOT_FOUND);
        assertRejects(new Command.Delete(), ErrorCode.NOT_FOUND);
        assertThat(mailbox.nextKind(false)).isEqualTo(Demand.Kind.NONE);
    }
}
