package dev.microgpt.engine;

/// A row of the token embedding matrix.
///
/// @param tokenId 0 to V - 1
/// @param symbol the character, or `<BOS>`
/// @param embedding the row, (C)
public record TokenEmbedding(int tokenId, String symbol, double[] embedding) {}
