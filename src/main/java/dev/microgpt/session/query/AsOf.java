package dev.microgpt.session.query;

/// The result of a query and the step that it is about.
///
/// @param step number of steps trained by the queried model
/// @param value the result
public record AsOf<T>(long step, T value) {}
