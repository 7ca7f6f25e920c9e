package dev.microgpt.sweep;

import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

/// The sessions of trials. Methods that change a session wait for the change to be stored.
interface TrialSessions {

    /// Creates the session of a trial and starts its run. If an earlier attempt was cut off, continues where it was.
    ///
    /// @throws SessionException if the session or the run was rejected
    TrialStatus begin(Sweep sweep, Trial trial);

    /// Looks for the session of a waiting trial, which an attempt to begin it has created before it was cut off.
    ///
    /// @return the status of the trial with that session; null if there is none
    /// @throws SessionException if that cannot be found out now
    @Nullable TrialStatus findBegun(Sweep sweep, Trial trial);

    /// Looks how far the run of a trial has come, and starts it if that was cut off.
    ///
    /// @param known the last known status of the trial, which has a session
    /// @return with the results of the trial if its run has ended
    /// @throws SessionException if that cannot be found out now
    TrialStatus look(Sweep sweep, Trial trial, TrialStatus known);

    /// Shows how far the run of a trial has come, as far as that is known without waiting.
    ///
    /// @param known the last known status of the trial
    TrialStatus show(Sweep sweep, Trial trial, TrialStatus known);

    /// Ends what [#look] does to notice the end of a run.
    void forget(TrialStatus known);

    /// Pauses the run of a trial. Has no effect if it has ended.
    ///
    /// @param known the last known status of the trial
    /// @throws SessionException if that was rejected
    void pause(Sweep sweep, Trial trial, TrialStatus known);

    /// Resumes the run of a trial. Has no effect if it is not paused.
    ///
    /// @param known the last known status of the trial
    /// @throws SessionException if that was rejected
    void resume(Sweep sweep, Trial trial, TrialStatus known);

    /// Cancels the run of a trial. Has no effect if it has ended.
    ///
    /// @param known the last known status of the trial
    /// @throws SessionException if that was rejected
    void cancel(Sweep sweep, Trial trial, TrialStatus known);

    /// Deletes the session of a trial, unless it was deleted or replaced.
    ///
    /// @param known the last known status of the trial
    /// @throws SessionException if that was rejected
    void delete(Sweep sweep, Trial trial, TrialStatus known);
}
