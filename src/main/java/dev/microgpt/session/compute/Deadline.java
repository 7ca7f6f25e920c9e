package dev.microgpt.session.compute;

/// When a slice is to end.
///
/// @param nanos in the time of the ticker
public record Deadline(Ticker ticker, long nanos) {

    public boolean hasPassed() {
        return ticker.nanos() - nanos >= 0;
    }
}
