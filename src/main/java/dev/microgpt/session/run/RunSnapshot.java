package dev.microgpt.session.run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// The persisted state of a run.
///
/// @param id its number within the session, from 1
/// @param call the request that started it
/// @param state the state of the run
/// @param stepsDone number of steps made
/// @param loss the mean loss of its last 100 steps; null before the first step
/// @param createdAt when it was requested
/// @param endedAt when it ended; null before
/// @param reason why it ended; null before
public record RunSnapshot(
        long id,
        RunCall call,
        RunState state,
        long stepsDone,
        @Nullable Double loss,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String reason) {}
