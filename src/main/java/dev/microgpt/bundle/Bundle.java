package dev.microgpt.bundle;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.history.TimelineState;

/// What is restored from a bundle.
///
/// @param model the model, with its losses
/// @param past the session's history
public record Bundle(MicroGpt model, TimelineState past) {}
