package dev.microgpt.session.actor;

import dev.microgpt.session.history.Replay;
import dev.microgpt.session.history.Timeline;

/// What a session that is to begin at a step of another one needs.
///
/// @param replay arrives at the model of that step
/// @param past of the other one up to then
public record Branch(Replay replay, Timeline past) {}
