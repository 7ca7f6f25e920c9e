package dev.microgpt.session.compute;

/// Gives workloads their turns.
public interface Scheduler {

    /// @param owner on whose account the time goes
    Slot add(String owner, Workload workload);

    /// The place of one workload.
    interface Slot {

        /// The workload's demand may be another one now. May be called on any thread, but not with a lock
        /// that the workload takes in [Workload#demand()].
        void changed();
    }
}
