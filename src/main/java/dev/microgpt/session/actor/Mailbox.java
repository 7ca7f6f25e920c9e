package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// The commands that wait for one session, in two bounded queues: calls and training. Commands begin in the order
/// of arrival. Calls that need several slices take turns; but one that replaces the model waits for the earlier ones, and
/// draws from the session's generator follow each other. Calls are executed between the slices of training; training gets a slice at the latest after [#MAX_CONSECUTIVE_CALL_SLICES] slices of calls. Thread-safe.
final class Mailbox {

    /// Number of slices that go to calls before waiting training gets one.
    private static final int MAX_CONSECUTIVE_CALL_SLICES = 8;

    private final int capacity; // of each queue
    private final List<Envelope<?>> calls =
            new ArrayList<>(); // those that take turns, next one first
    private final ArrayDeque<Envelope<?>> training = new ArrayDeque<>();
    private int consecutiveCallSlices;
    private @Nullable SessionException closed;

    /// Whether a waiting command asks that the current slice end early. Only a hint.
    private volatile boolean urgent;

    Mailbox(int capacity) {
        this.capacity = capacity;
    }

    /// Adds a command. One that [ends][Command#ends] the session here goes to the front, even if the queue is full.
    ///
    /// @throws SessionException `busy` if the queue is full; the reason for closing if the mailbox is closed
    void add(Envelope<?> envelope) {
        try {
            addIfPossible(envelope);
        } catch (SessionException e) {
            envelope.fail(e);
            throw e;
        }
    }

    private synchronized void addIfPossible(Envelope<?> envelope) {
        if (closed != null) {
            throw new SessionException(closed.code(), String.valueOf(closed.getMessage()));
        }
        if (envelope.command().ends()) {
            calls.addFirst(envelope); // the waiting commands will fail anyway
            urgent = true;
            return;
        }
        Collection<Envelope<?>> queue = queue(envelope);
        if (queue.size() >= capacity) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    queue.size()
                            + " calls are already waiting for this session, and at most "
                            + capacity
                            + " may wait");
        }
        queue.add(envelope);
        urgent |= envelope.command().isUrgent();
    }

    private Collection<Envelope<?>> queue(Envelope<?> envelope) {
        return envelope.command().isTraining() ? training : calls;
    }

    /// Returns what the next slice is for: a call, training, or nothing.
    ///
    /// @param isTrainingDue whether steps of a run, or a write that is tried again, are due
    synchronized Demand.Kind nextKind(boolean isTrainingDue) {
        boolean hasTraining = isTrainingDue || !training.isEmpty();
        if (!calls.isEmpty()
                && !(hasTraining && consecutiveCallSlices >= MAX_CONSECUTIVE_CALL_SLICES)) {
            return Demand.Kind.CALL;
        }
        return hasTraining ? Demand.Kind.TRAINING : Demand.Kind.NONE;
    }

    /// Returns the command that gets the next slice and counts that slice. The command stays in the mailbox.
    ///
    /// @param isTrainingDue whether steps of a run, or a write that is tried again, are due
    /// @return null if the slice is for the run, or if nothing is due
    synchronized @Nullable Envelope<?> nextEnvelope(boolean isTrainingDue) {
        boolean isCall = nextKind(isTrainingDue) == Demand.Kind.CALL;
        consecutiveCallSlices = isCall ? consecutiveCallSlices + 1 : 0;
        return isCall ? nextCall() : training.peek();
    }

    /// Returns the first call that may have a slice. Draws of several calls from the generator do not mix.
    private Envelope<?> nextCall() {
        Envelope<?> first = calls.getFirst();
        if (!draws(first) || first.isBegun()) {
            return first;
        }
        List<Envelope<?>> inTurns = callsInTurns();
        boolean isDrawing = inTurns.stream().anyMatch(c -> draws(c) && c.isBegun());
        return inTurns.stream()
                .filter(call -> !isDrawing || !draws(call) || call.isBegun())
                .findFirst()
                .orElse(first);
    }

    /// Removes a command that is done. Moves a call that needs another slice behind the others that it takes turns with.
    synchronized void endTurn(Envelope<?> envelope, boolean isDone) {
        if (isDone) {
            remove(envelope);
        } else if (!waitsForEarlierCalls(envelope) && calls.remove(envelope)) {
            calls.add(callsInTurns().size(), envelope);
        }
    }

    /// Returns whether a command begins when all earlier calls have ended, and later ones begin when it has, as it takes
    /// away the model that they use.
    private static boolean waitsForEarlierCalls(Envelope<?> envelope) {
        return switch (envelope.command()) {
            case Command.Replace _, Command.Load _, Command.Continue _, Command.Evict _ -> true;
            default -> false;
        };
    }

    /// Returns whether a command draws from the session's random generator.
    private static boolean draws(Envelope<?> envelope) {
        return switch (envelope.command()) {
            case Command.Draw _, Command.DrawNext _ -> true;
            default -> false;
        };
    }

    /// Returns the calls before the first that waits for the end of all earlier ones.
    private List<Envelope<?>> callsInTurns() {
        int count = 0;
        while (count < calls.size() && !waitsForEarlierCalls(calls.get(count))) {
            count++;
        }
        return calls.subList(0, count);
    }

    /// Removes a command that has ended.
    synchronized void remove(Envelope<?> envelope) {
        queue(envelope).remove(envelope);
        urgent = urgent && calls.stream().anyMatch(waiting -> waiting.command().isUrgent());
    }

    /// Returns whether a command is waiting that matches a condition.
    synchronized boolean holds(Predicate<Command<?>> condition) {
        return calls.stream().anyMatch(envelope -> condition.test(envelope.command()))
                || training.stream().anyMatch(envelope -> condition.test(envelope.command()));
    }

    /// Returns whether the current slice should end early for a waiting command.
    boolean hasUrgent() {
        return urgent;
    }

    /// Fails the waiting commands, and rejects all later ones for the same reason.
    void close(SessionException reason) {
        close(reason, _ -> reason);
    }

    /// Fails the waiting commands and rejects all later ones. Call it when no slice is being computed any more.
    void interrupt(Interruption interruption) {
        SessionException reason = interruption.notMade();
        close(
                reason,
                envelope -> {
                    ActiveCommand<?> active = envelope.activeCommand();
                    return active == null ? reason : active.interrupted(interruption);
                });
    }

    private void close(SessionException reason, Function<Envelope<?>, SessionException> reasonOf) {
        List<Envelope<?>> waiting = new ArrayList<>();
        synchronized (this) {
            closed = reason;
            waiting.addAll(calls);
            waiting.addAll(training);
            calls.clear();
            training.clear();
        }
        waiting.forEach(envelope -> envelope.fail(reasonOf.apply(envelope)));
    }
}
