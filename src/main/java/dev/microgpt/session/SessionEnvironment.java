package dev.microgpt.session;

import java.util.concurrent.atomic.AtomicLong;

/// What all sessions share.
///
/// @param limits what is allowed
/// @param compute the threads that they work on
/// @param store where they are kept
/// @param memory that they share with calls
/// @param metrics that count what they do
/// @param keyframes the memory for their keyframes
/// @param epochs the last one that was used
record SessionEnvironment(
        Limits limits,
        Compute compute,
        SessionStore store,
        Memory memory,
        WorkMetrics metrics,
        KeyframeBudget keyframes,
        AtomicLong epochs) {

    static SessionEnvironment of(
            Limits limits,
            Compute compute,
            SessionStore store,
            Memory memory,
            WorkMetrics metrics) {
        return new SessionEnvironment(
                limits,
                compute,
                store,
                memory,
                metrics,
                new KeyframeBudget(limits.keyframeBytes()),
                new AtomicLong(store.lastEpoch()));
    }
}
