package dev.microgpt.session.actor;

import dev.microgpt.session.admission.CallContext;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// A command that waits in a mailbox, or is being carried out.
final class Envelope<R> {

    private final Command<R> command;
    private final CallContext context;
    private final CompletableFuture<R> reply = new CompletableFuture<>();
    private @Nullable ActiveCommand<R> activity; // confined to the actor

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

    /// Null before its first slice.
    @Nullable ActiveCommand<R> activity() {
        return activity;
    }

    void begin(ActiveCommand<R> begun) {
        activity = begun;
    }

    /// Whether whoever sent it has given it up. A hint to end early: by itself it changes nothing.
    boolean isAbandoned() {
        return reply.isDone();
    }
}
