package dev.microgpt.session.run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A run as it is kept.
///
/// @param id its number within the session, from 1
/// @param call what was asked for
/// @param state what it was doing
/// @param stepsDone that it has made
/// @param loss the mean loss of its last 100 steps; null before the first
/// @param createdAt when it was asked for
/// @param endedAt when it ended; null before
/// @param reason why it ended as it did; null before
public record RunSnapshot(
        long id,
        RunCall call,
        RunState state,
        long stepsDone,
        @Nullable Double loss,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String reason) {}
