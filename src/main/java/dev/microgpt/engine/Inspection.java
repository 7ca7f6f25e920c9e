package dev.microgpt.engine;

import java.util.List;

/// The traces of a forward pass over a text.
///
/// @param text the text
/// @param tokens the tokens that were read: BOS, then the text's token ids
/// @param vizData one trace for each of these tokens, with the probabilities of the next token
/// @param truncated whether the text is longer than the context, so that only its beginning was read
public record Inspection(String text, int[] tokens, List<Trace> vizData, boolean truncated) {}
