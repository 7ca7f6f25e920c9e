package dev.microgpt.engine;

/// The likelihood of a text under a model.
///
/// @param text the text
/// @param logLikelihood natural logarithm of the probability of the text and its end, in nats
/// @param surprisals minus the natural logarithm of each character's probability given the characters
///     before it, in nats; the last one is that of the end, unless truncated
/// @param perplexity exp of the mean surprisal
/// @param truncated whether the text is longer than the context, so that only its beginning was scored
public record Score(
        String text,
        double logLikelihood,
        double[] surprisals,
        double perplexity,
        boolean truncated) {}
