package dev.microgpt.session.history;

/// The failure of a session.
///
/// @param step the step that could not be made
/// @param reason why it could not be made
public record TrainingFailure(long step, String reason) {}
