package dev.microgpt.session;

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
public record SessionEvent(
        long step,
        Instant at,
        Kind kind,
        @Nullable Steering steering,
        @Nullable Long run,
        @Nullable String parent) {

    static SessionEvent of(long step, Instant at, Kind kind, @Nullable Long run) {
        return new SessionEvent(step, at, kind, null, run, null);
    }

    static SessionEvent steered(long step, Instant at, Steering steering) {
        return new SessionEvent(step, at, Kind.STEERED, steering, null, null);
    }

    static SessionEvent forked(long step, Instant at, String parent) {
        return new SessionEvent(step, at, Kind.FORKED, null, null, parent);
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
