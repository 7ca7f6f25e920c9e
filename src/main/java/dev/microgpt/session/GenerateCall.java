package dev.microgpt.session;

import dev.microgpt.engine.GenerateOptions;

import org.jspecify.annotations.Nullable;

/// A request to generate.
///
/// @param options how
/// @param count number of samples
/// @param seed of a generator for this call alone; null to draw from the session's
public record GenerateCall(GenerateOptions options, int count, @Nullable Long seed) {}
