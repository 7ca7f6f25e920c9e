package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// The commands that wait for one session. Both kinds, short calls and training, keep the order in which
/// they came; calls go in between the slices of training, which does not wait for ever. Safe for use by
/// several threads.
final class Mailbox {

    /// So many slices go to calls before training that waits gets one.
    private static final int CALL_SLICES = 8;

    private final int capacity; // of each kind
    private final ArrayDeque<Envelope<?>> calls = new ArrayDeque<>();
    private final ArrayDeque<Envelope<?>> training = new ArrayDeque<>();
    private int callSlices;
    private @Nullable SessionException closed;

    /// Whether a command waits for the slice at hand to end. A hint: by itself it changes nothing.
    private volatile boolean urgent;

    Mailbox(int capacity) {
        this.capacity = capacity;
    }

    /// @throws SessionException `busy` if too much is waiting; why it was closed, if it was
    synchronized void add(Envelope<?> envelope) {
        if (closed != null) {
            throw new SessionException(closed.code(), String.valueOf(closed.getMessage()));
        }
        ArrayDeque<Envelope<?>> queue = queue(envelope);
        if (envelope.command() instanceof Command.Delete) {
            queue.addFirst(envelope); // nothing that waits is worth waiting for
            urgent = true;
            return;
        }
        if (queue.size() >= capacity) {
            throw new SessionException(
                    ErrorCode.BUSY, queue.size() + " calls are waiting for this session already");
        }
        queue.add(envelope);
        urgent |= envelope.command().isUrgent();
    }

    private ArrayDeque<Envelope<?>> queue(Envelope<?> envelope) {
        return envelope.command().isTraining() ? training : calls;
    }

    /// What is to be done next.
    ///
    /// @param run whether steps of a run are due
    synchronized Demand.Kind next(boolean run) {
        boolean hasTraining = run || !training.isEmpty();
        if (!calls.isEmpty() && !(hasTraining && callSlices >= CALL_SLICES)) {
            return Demand.Kind.CALL;
        }
        return hasTraining ? Demand.Kind.TRAINING : Demand.Kind.NONE;
    }

    /// The command whose slice is next; null for a slice of the run, or for none.
    synchronized @Nullable Envelope<?> take(boolean run) {
        boolean isCall = next(run) == Demand.Kind.CALL;
        callSlices = isCall ? callSlices + 1 : 0;
        return isCall ? calls.peek() : training.peek();
    }

    /// The command is done with, or no longer wanted.
    synchronized void remove(Envelope<?> envelope) {
        queue(envelope).remove(envelope);
        urgent = urgent && calls.stream().anyMatch(waiting -> waiting.command().isUrgent());
    }

    /// Whether a command of some kind waits.
    synchronized boolean holds(Predicate<Command<?>> kind) {
        return calls.stream().anyMatch(envelope -> kind.test(envelope.command()))
                || training.stream().anyMatch(envelope -> kind.test(envelope.command()));
    }

    boolean hasUrgent() {
        return urgent;
    }

    /// Refuses more commands, and fails those that wait, for one reason.
    void close(SessionException reason) {
        close(reason, _ -> reason);
    }

    /// Refuses more commands, and fails those that wait, as the service is shutting down. To be called when
    /// no slice is computed any more.
    void interrupt() {
        SessionException reason =
                new SessionException(ErrorCode.BUSY, "the service is shutting down");
        close(
                reason,
                envelope -> {
                    ActiveCommand<?> activity = envelope.activity();
                    return activity == null ? reason : activity.interrupted();
                });
    }

    private void close(
            SessionException reason, Function<Envelope<?>, SessionException> reasonOf) {
        List<Envelope<?>> waiting = new ArrayList<>();
        synchronized (this) {
            closed = reason;
            waiting.addAll(calls);
            waiting.addAll(training);
            calls.clear();
            training.clear();
        }
        waiting.forEach(envelope -> envelope.reply().completeExceptionally(reasonOf.apply(envelope)));
    }
}
