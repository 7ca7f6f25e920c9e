package dev.microgpt.session.history;

import dev.microgpt.engine.OptionValues;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// An event in the history of a session. Steps are not events.
///
/// @param step number of steps trained at that time
/// @param at the time of the event
/// @param kind the kind of the event
/// @param steering the options that were changed; null unless steered
/// @param run the id of the run that the event is about; null for none
/// @param parent the name of the session that this one was forked from; null unless forked
/// @param reason why the session failed; null unless failed
/// @param continued the new documents; null unless continued
public record SessionEvent(
        long step,
        Instant at,
        Kind kind,
        @Nullable OptionValues steering,
        @Nullable Long run,
        @Nullable String parent,
        @Nullable String reason,
        @Nullable Continued continued) {

    /// What a session has continued with.
    ///
    /// @param documents number of documents
    /// @param vocabSize V since then
    /// @param characters the characters that got tokens, in the order of their ids; empty if there are none
    public record Continued(int documents, int vocabSize, String characters) {}

    public static SessionEvent of(long step, Instant at, Kind kind, @Nullable Long run) {
        return new SessionEvent(step, at, kind, null, run, null, null, null);
    }

    public static SessionEvent steered(long step, Instant at, OptionValues steering) {
        return new SessionEvent(step, at, Kind.STEERED, steering, null, null, null, null);
    }

    public static SessionEvent forked(long step, Instant at, String parent) {
        return new SessionEvent(step, at, Kind.FORKED, null, null, parent, null, null);
    }

    /// Returns the event that a step could not be made.
    ///
    /// @param run the id of the run that the step belongs to; null for a step call
    public static SessionEvent failed(
            long step, Instant at, @Nullable Long run, @Nullable String reason) {
        return new SessionEvent(step, at, Kind.FAILED, null, run, null, reason, null);
    }

    public static SessionEvent continued(long step, Instant at, Continued continued) {
        return new SessionEvent(step, at, Kind.CONTINUED, null, null, null, null, continued);
    }

    /// The kinds of events. Their names, in lower case, are part of the public API.
    public enum Kind {
        /// Documents were loaded and new parameters initialized.
        LOADED,
        /// Other documents were loaded, and the model stayed.
        CONTINUED,
        /// The session was created or replaced with a model from a checkpoint or a bundle.
        RESTORED,
        /// The session was created as a fork of another one.
        FORKED,
        /// Steps that were repeated to rehydrate the session had another loss, as on another CPU.
        DIFFERS,
        /// Training options were changed.
        STEERED,
        /// A run was started.
        STARTED,
        /// A run was paused.
        PAUSED,
        /// A paused run was resumed.
        RESUMED,
        /// A run was cancelled.
        CANCELLED,
        /// A run was completed.
        SUCCEEDED,
        /// A step of a run or of a step call could not be made, and the session has failed.
        FAILED
    }
}
