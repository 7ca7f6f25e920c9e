package dev.microgpt.session.history;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// Something that happened to a session beside its steps.
///
/// @param step steps trained when it happened
/// @param at when it happened
/// @param kind what it was
/// @param steering what was changed; null unless steered
/// @param run the run that it is about; null where it is about none
/// @param parent the session that this one is a copy of; null unless forked
/// @param reason why the session has failed; null unless it has
public record SessionEvent(
        long step,
        Instant at,
        Kind kind,
        @Nullable Steering steering,
        @Nullable Long run,
        @Nullable String parent,
        @Nullable String reason) {

    public static SessionEvent of(long step, Instant at, Kind kind, @Nullable Long run) {
        return new SessionEvent(step, at, kind, null, run, null, null);
    }

    public static SessionEvent steered(long step, Instant at, Steering steering) {
        return new SessionEvent(step, at, Kind.STEERED, steering, null, null, null);
    }

    public static SessionEvent forked(long step, Instant at, String parent) {
        return new SessionEvent(step, at, Kind.FORKED, null, null, parent, null);
    }

    /// @param run of whose steps one could not be made; null for a step call
    public static SessionEvent failed(
            long step, Instant at, @Nullable Long run, @Nullable String reason) {
        return new SessionEvent(step, at, Kind.FAILED, null, run, null, reason);
    }

    /// The names, in lower case, are part of the interface.
    public enum Kind {
        /// The session was started anew, with new parameters.
        LOADED,
        /// The session began with, or was replaced by, a model from a checkpoint.
        RESTORED,
        /// The session began as a copy of another one.
        FORKED,
        /// After a restart, the same steps did not give the same losses: another CPU.
        DIFFERS,
        STEERED,
        STARTED,
        PAUSED,
        RESUMED,
        CANCELLED,
        SUCCEEDED,
        FAILED
    }
}
