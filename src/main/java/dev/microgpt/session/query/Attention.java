package dev.microgpt.session.query;

import org.jspecify.annotations.Nullable;

/// What a head attends to, as the mean over many positions. All numbers but the entropy are shares of the
/// attention, 0 to 1. The first three do not overlap; the others may overlap with all.
///
/// @param previous share on the position before
/// @param first share on position 0, which reads BOS
/// @param itself share on the position itself
/// @param sameCharacter share on earlier positions that read the same character, over the positions for
///     which there are any; null if there are none
/// @param vowels share on positions that read one of the letters a, e, i, o, u
/// @param consonants share on positions that read another one of the letters a to z
/// @param entropy entropy of the weights, in nats
public record Attention(
        double previous,
        double first,
        double itself,
        @Nullable Double sameCharacter,
        double vowels,
        double consonants,
        double entropy) {}
