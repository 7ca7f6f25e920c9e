package dev.microgpt.session.run;

import dev.microgpt.session.history.Divergence;

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
/// @param isRateZero whether the learning rate of all its steps was 0; before the first step, whether that of
///     the next one is
/// @param divergence the divergence of the session as of its last step; null if it did not diverge
public record RunSnapshot(
        long id,
        RunCall call,
        RunState state,
        long stepsDone,
        @Nullable Double loss,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String reason,
        boolean isRateZero,
        @Nullable Divergence divergence) {}
