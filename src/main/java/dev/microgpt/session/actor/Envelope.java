package dev.microgpt.session.actor;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Idempotency;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// A command with its context and its reply, from the mailbox until it is done.
final class Envelope<R> {

    private final Command<R> command;
    private final CallContext context;
    private final CompletableFuture<R> reply = new CompletableFuture<>();
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private volatile @Nullable ActiveCommand<R> activeCommand; // set in the actor's slices

    /// Begins a use of the idempotency key, if there is one, which lasts until the command has ended.
    Envelope(Command<R> command, CallContext context) {
        this.command = command;
        this.context = context;
        Idempotency idempotency = context.idempotency();
        if (idempotency != null) {
            idempotency.use().begin();
        }
    }

    Command<R> command() {
        return command;
    }

    CallContext context() {
        return context;
    }

    /// Returns the reply. To abandon the command, cancel it.
    CompletableFuture<R> reply() {
        return reply;
    }

    /// Ends the command, and replies unless the sender has cancelled that.
    void complete(@Nullable R value) {
        end();
        reply.complete(value);
    }

    /// Ends the command, which has failed, and replies unless the sender has cancelled that.
    void fail(Throwable reason) {
        end();
        reply.completeExceptionally(reason);
    }

    /// Before the reply, as the sender may repeat the call after that.
    private void end() {
        Idempotency idempotency = context.idempotency();
        if (idempotency != null && !hasEnded.getAndSet(true)) {
            idempotency.use().end();
        }
    }

    /// Returns the command in execution; null before its first slice.
    @Nullable ActiveCommand<R> activeCommand() {
        return activeCommand;
    }

    boolean isBegun() {
        return activeCommand != null;
    }

    void begin(ActiveCommand<R> begunCommand) {
        activeCommand = begunCommand;
    }

    /// Returns whether the sender has cancelled the reply. Only a hint to end early.
    boolean isAbandoned() {
        return reply.isDone();
    }

    /// Returns whether the command is abandoned and has changed nothing so far. Training keeps the steps it has made.
    boolean isDroppable() {
        return isAbandoned() && !(isBegun() && command.isTraining());
    }
}
