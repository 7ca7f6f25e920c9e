package dev.microgpt.engine;

import java.util.List;

/// What a forward pass over a text shows.
///
/// @param text the text
/// @param tokens what was read: BOS, then the text's token ids
/// @param vizData one trace for each of them, with the probabilities of what comes next
/// @param truncated whether the text is longer than the context, and only its beginning was read
public record Inspection(String text, int[] tokens, List<Trace> vizData, boolean truncated) {}
