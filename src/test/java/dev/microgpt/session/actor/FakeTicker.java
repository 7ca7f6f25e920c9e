package dev.microgpt.session.actor;

import dev.microgpt.session.compute.Ticker;

import java.time.Instant;

/// A clock that the test advances. It also advances a little with each reading, so that slices end.
final class FakeTicker implements Ticker {

    private final long perReading;
    private long nanos;
    private Runnable onReading = () -> {};

    /// @param perReading how far each reading of [#nanos()] advances it
    FakeTicker(long start, long perReading) {
        nanos = start;
        this.perReading = perReading;
    }

    void advance(long by) {
        nanos += by;
    }

    /// Sets what happens before each reading of [#nanos()].
    void onReading(Runnable action) {
        onReading = action;
    }

    /// Reads the clock without advancing it.
    long peek() {
        return nanos;
    }

    @Override
    public long nanos() {
        onReading.run();
        nanos += perReading;
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusMillis(nanos / 1_000_000);
    }
}
