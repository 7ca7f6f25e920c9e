package dev.microgpt.engine;

import java.util.List;

/// A generated text.
///
/// @param text the text, beginning with the prompt
/// @param tokens its token ids, without BOS
/// @param vizData one trace a position that was computed (BOS first), with the probabilities of
///     what comes next; empty where none was asked for
public record Sample(String text, int[] tokens, List<Trace> vizData) {}
