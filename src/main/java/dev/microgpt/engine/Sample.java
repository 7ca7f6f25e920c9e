package dev.microgpt.engine;

import java.util.List;

/// A generated text.
///
/// @param text the text, beginning with the prompt
/// @param tokens its token ids, without BOS
/// @param vizData one trace for each computed position (BOS first), with the probabilities of the next
///     token; empty unless requested
public record Sample(String text, int[] tokens, List<Trace> vizData) {}
