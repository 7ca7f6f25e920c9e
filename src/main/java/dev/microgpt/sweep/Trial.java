package dev.microgpt.sweep;

import dev.microgpt.engine.ModelOptions;

import java.util.Map;

/// A session that a sweep is to train.
///
/// @param number its number within the sweep, from 1
/// @param session the name of the session
/// @param varied the values of the varied options, by name: a [Long], a [Double], a [Boolean] or the name of a constant
///     in lower case
/// @param options all options of the model
public record Trial(int number, String session, Map<String, Object> varied, ModelOptions options) {}
