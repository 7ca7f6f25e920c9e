package dev.microgpt.session.query;

import dev.microgpt.engine.GenerateOptions;

import org.jspecify.annotations.Nullable;

/// A request to generate samples.
///
/// @param options how to generate
/// @param count number of samples
/// @param seed the seed of a generator for this call; null to use the session's generator or, if a step is
///     given, a generator with the session's seed
/// @param step the step to query; null for the current one
/// @param filter which texts are wanted
/// @param details what is wanted to know of each
public record GenerateCall(
        GenerateOptions options,
        int count,
        @Nullable Long seed,
        @Nullable PastStep step,
        TextFilter filter,
        TextDetails details) {

    /// A request that wants every text.
    public GenerateCall(
            GenerateOptions options, int count, @Nullable Long seed, @Nullable PastStep step) {
        this(options, count, seed, step, TextFilter.NONE, TextDetails.NONE);
    }

    /// Returns whether the call draws from the session's generator and so changes it.
    public boolean drawsFromSession() {
        return seed == null && step == null;
    }
}
