package dev.microgpt.engine;

/// A queue that yields the least number first.
sealed interface LongQueue permits LongHeap, LongBuckets {

    boolean isEmpty();

    void push(long number);

    /// Removes the least number and returns it.
    long pop();
}
