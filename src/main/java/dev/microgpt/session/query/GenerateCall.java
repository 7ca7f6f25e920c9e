package dev.microgpt.session.query;

import dev.microgpt.engine.GenerateOptions;

import org.jspecify.annotations.Nullable;

/// A request to generate.
///
/// @param options how
/// @param count number of samples
/// @param seed of a generator for this call alone; null to draw from the session's or, where there is
///     a step, from a generator with the session's seed
/// @param step as of which; null for the present
public record GenerateCall(
        GenerateOptions options, int count, @Nullable Long seed, @Nullable Long step) {

    /// Whether it changes the session's generator.
    public boolean drawsFromSession() {
        return seed == null && step == null;
    }
}
