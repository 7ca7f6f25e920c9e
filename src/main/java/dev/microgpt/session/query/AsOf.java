package dev.microgpt.session.query;

/// What a session answers, and as of when.
///
/// @param step steps trained by the model that answered
/// @param value the answer
public record AsOf<T>(long step, T value) {}
