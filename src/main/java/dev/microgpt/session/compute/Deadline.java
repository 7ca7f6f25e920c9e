package dev.microgpt.session.compute;

/// The time at which a slice should end.
///
/// @param nanos in the time of the ticker
public record Deadline(Ticker ticker, long nanos) {

    public boolean hasPassed() {
        return ticker.nanos() - nanos >= 0;
    }
}
