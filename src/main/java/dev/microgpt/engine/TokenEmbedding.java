package dev.microgpt.engine;

/// The embedding of one token: a row of `wte`.
///
/// @param tokenId 0 to V - 1
/// @param symbol the character, or `<BOS>`
/// @param embedding the row, (C)
public record TokenEmbedding(int tokenId, String symbol, double[] embedding) {}
