package dev.microgpt.session.compute;

/// Schedules the slices of workloads.
public interface Scheduler {

    /// Registers a workload. It gets no slices before its first [Slot#demandChanged()].
    ///
    /// @param owner the owner to whom its compute time is charged
    Slot add(String owner, Workload workload);

    /// The registration of one workload.
    interface Slot {

        /// Notifies the scheduler that the workload's demand may have changed. Thread-safe, but must not be
        /// called while holding a lock that the workload takes in [Workload#demand()].
        void demandChanged();
    }
}
