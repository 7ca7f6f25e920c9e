package dev.microgpt.session.compute;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A clock that tests can replace.
public interface Ticker {

    Ticker SYSTEM =
            new Ticker() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public Instant now() {
                    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
                }
            };

    /// Returns the time for measuring durations, in the time of `System.nanoTime()`.
    long nanos();

    /// Returns the wall-clock time, in whole milliseconds.
    Instant now();
}
