package dev.microgpt.live;

import dev.microgpt.session.actor.PublishedState;

import org.jspecify.annotations.Nullable;

/// A session that a connection watches: a source of messages, which are made when the connection can take one.
///
/// Used by one thread at a time, except for [#close()].
public interface Watch {

    /// A message to send.
    ///
    /// @param type `frame` or `gap`
    record Message(String type, String json) {}

    /// Returns the last step that [#poll()] has returned, or the one before the first.
    WatchPosition position();

    /// Returns when the next message is due, in the time of `System.nanoTime()`.
    long dueNanos();

    /// Returns the time until the next message is due; `Long.MAX_VALUE` if there is none. Until the caller is woken,
    /// that does not change.
    long nanosUntilDue(long now);

    /// Returns the next message; null if there is nothing new.
    @Nullable Message poll();

    /// Returns why there will be no more messages, once all have been returned; otherwise null.
    PublishedState.@Nullable End end();

    /// Stops watching. May be called several times.
    void close();
}
