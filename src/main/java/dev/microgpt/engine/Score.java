package dev.microgpt.engine;

/// The likelihood of a text under a model.
///
/// @param text the text
/// @param logLikelihood natural logarithm of the probability of the text and its end, in nats
/// @param tokens the ids of the tokens that were scored, without BOS
/// @param surprisals minus the natural logarithm of each token's probability given the tokens before it, in
///     nats; the last one is that of the end, unless truncated
/// @param perplexity exp of the mean surprisal
/// @param bitsPerCharacter the sum of the surprisals, in bits, for each character that they cover. The end counts as
///     a character; a character whose bytes are in several tokens belongs to the first of them. So models with
///     different tokens can be compared
/// @param truncated whether the text is longer than the context, so that only its beginning was scored
public record Score(
        String text,
        double logLikelihood,
        int[] tokens,
        double[] surprisals,
        double perplexity,
        double bitsPerCharacter,
        boolean truncated) {}
