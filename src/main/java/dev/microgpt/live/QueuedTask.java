package dev.microgpt.live;

import java.util.concurrent.CompletableFuture;

/// What one message asks for, when its turn comes.
interface QueuedTask {

    /// What others in the queue have to know of it.
    enum Kind {
        INIT,
        TRAIN,
        STOP,
        WATCH,
        OTHER
    }

    Kind kind();

    /// How long the message is.
    int chars();

    /// Does it, on one of the workers.
    ///
    /// @return completes when it has been answered, whatever became of it
    CompletableFuture<?> start();

    /// Has it end early, perhaps before it was started. Does not wait.
    void stop();

    /// Gives back what it has taken. Called once, after its end or instead of its start.
    void close();
}
