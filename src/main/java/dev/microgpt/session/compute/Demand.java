package dev.microgpt.session.compute;

/// What a [Workload] needs compute time for next.
///
/// @param kind the kind of its next slice
/// @param dueNanos the earliest time of that slice, in the time of the [Ticker]; only for training
public record Demand(Kind kind, long dueNanos) {

    /// The kinds of slices, which decide on their priority.
    public enum Kind {
        /// There is nothing to do.
        NONE,
        /// A caller waits for a short call.
        CALL,
        /// Training, which uses the remaining time.
        TRAINING
    }

    public static final Demand NONE = new Demand(Kind.NONE, Long.MIN_VALUE);
    public static final Demand CALL = new Demand(Kind.CALL, Long.MIN_VALUE);
    public static final Demand TRAINING = new Demand(Kind.TRAINING, Long.MIN_VALUE);

    /// Returns a demand for training that must wait until a time, for example because of a speed limit.
    public static Demand later(long dueNanos) {
        return new Demand(Kind.TRAINING, dueNanos);
    }
}
