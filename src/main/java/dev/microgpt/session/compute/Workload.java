package dev.microgpt.session.compute;

/// Work that is done slice by slice, never on two threads at once.
public interface Workload {

    /// Returns what the workload needs compute time for next. Called under the scheduler's lock, so it must
    /// neither block nor call the [Scheduler].
    Demand demand();

    /// Works until there is nothing to do or the deadline has passed, whichever comes first.
    ///
    /// @param deadline in the time of the [Ticker]
    void slice(long deadline);

    /// Called when the scheduler has been closed and no slice will follow. May be called several times.
    void stopped();
}
