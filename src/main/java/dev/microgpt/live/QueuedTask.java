package dev.microgpt.live;

import java.util.concurrent.CompletableFuture;

/// The work of one message in a [MessageQueue].
interface QueuedTask {

    /// The kinds of messages that the queue treats differently.
    enum Kind {
        INIT,
        TRAIN,
        STOP,
        WATCH,
        OTHER
    }

    Kind kind();

    /// Returns the length of the message.
    int chars();

    /// Carries out the message, on one of the workers.
    ///
    /// @return completes normally when the message has been answered, even with an error
    CompletableFuture<?> start();

    /// Requests an early end, possibly before the start. Does not block.
    void stop();

    /// Releases the memory of the message. Called once, after its end or instead of its start.
    void close();
}
