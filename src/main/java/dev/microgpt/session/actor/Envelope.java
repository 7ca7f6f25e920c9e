package dev.microgpt.session.actor;

import dev.microgpt.session.admission.CallContext;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// A command with its context and its reply, from the mailbox until it is done.
final class Envelope<R> {

    private final Command<R> command;
    private final CallContext context;
    private final CompletableFuture<R> reply = new CompletableFuture<>();
    private @Nullable ActiveCommand<R> activeCommand; // confined to the actor's slices

    Envelope(Command<R> command, CallContext context) {
        this.command = command;
        this.context = context;
    }

    Command<R> command() {
        return command;
    }

    CallContext context() {
        return context;
    }

    CompletableFuture<R> reply() {
        return reply;
    }

    /// Returns the command in execution; null before its first slice.
    @Nullable ActiveCommand<R> activeCommand() {
        return activeCommand;
    }

    void begin(ActiveCommand<R> begunCommand) {
        activeCommand = begunCommand;
    }

    /// Returns whether the sender has cancelled the reply. Only a hint to end early.
    boolean isAbandoned() {
        return reply.isDone();
    }
}
