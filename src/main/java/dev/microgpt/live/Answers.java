package dev.microgpt.live;

/// Takes the answers to a client's message. Thread-safe.
public interface Answers {

    /// Passes an answer on. Does not block.
    ///
    /// @param json a message of the server
    void send(String json);

    /// Runs a task as soon as the client has read enough to get more, or is gone; immediately, if that is so now.
    ///
    /// @param task must not block
    void whenNotFull(Runnable task);

    /// Returns whether nobody reads the answers any more.
    boolean isClosed();
}
