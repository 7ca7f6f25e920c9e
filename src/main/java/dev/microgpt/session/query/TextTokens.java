package dev.microgpt.session.query;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The tokens of a text.
///
/// @param ids without BOS
/// @param steps the merges that lead to the tokens, in order; none for characters; null if they are not wanted
public record TextTokens(Tokenizer tokenizer, int[] ids, @Nullable List<BpeTokenizer.Step> steps) {}
