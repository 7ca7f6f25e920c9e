package dev.microgpt.session.history;

/// Why a session has failed.
///
/// @param step that could not be made
/// @param reason what was wrong with it
public record TrainingFailure(long step, String reason) {}
