package dev.microgpt.engine;

/// How likely a model finds a text.
///
/// @param text the text
/// @param logLikelihood logarithm of the text's probability in nats, its end included
/// @param surprisals minus the logarithm of each character's probability in nats, given those before it;
///     the last one is the end's, unless truncated
/// @param perplexity exp of the mean surprisal
/// @param truncated whether the text is longer than the context, and only its beginning counts
public record Score(
        String text,
        double logLikelihood,
        double[] surprisals,
        double perplexity,
        boolean truncated) {}
