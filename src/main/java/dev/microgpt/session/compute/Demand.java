package dev.microgpt.session.compute;

/// What a [Workload] wants to do next.
///
/// @param kind how urgent it is
/// @param dueNanos not before this time of the [Ticker]; of no meaning for other kinds than training
public record Demand(Kind kind, long dueNanos) {

    /// How urgent work is.
    public enum Kind {
        /// There is nothing to do.
        NONE,
        /// Somebody waits for a short answer.
        CALL,
        /// Training, which fills whatever time is left.
        TRAINING
    }

    public static final Demand NONE = new Demand(Kind.NONE, Long.MIN_VALUE);
    public static final Demand CALL = new Demand(Kind.CALL, Long.MIN_VALUE);
    public static final Demand TRAINING = new Demand(Kind.TRAINING, Long.MIN_VALUE);

    /// Work that must wait until a time, as where a speed limit holds it back.
    public static Demand later(long dueNanos) {
        return new Demand(Kind.TRAINING, dueNanos);
    }
}
