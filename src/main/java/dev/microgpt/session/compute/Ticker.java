package dev.microgpt.session.compute;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What time it is, so that tests can tell it.
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

    /// For measuring: in the time of `System.nanoTime()`.
    long nanos();

    /// For telling: in milliseconds.
    Instant now();
}
