package dev.microgpt.session.compute;

/// Work that is done slice by slice, never on two threads at once.
public interface Workload {

    /// What it wants to do next. Must not block, nor call the [Scheduler]: it is asked under its lock.
    Demand demand();

    /// Works until it has nothing to do or until the deadline has passed, whichever is first.
    ///
    /// @param deadline in the time of the [Ticker]
    void slice(long deadline);

    /// The scheduler has been closed: no slice will follow. May be called several times.
    void stopped();
}
