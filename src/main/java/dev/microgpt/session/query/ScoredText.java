package dev.microgpt.session.query;

import dev.microgpt.engine.Score;

import org.jspecify.annotations.Nullable;

/// A text and its score.
///
/// @param known whether it is one of the documents; null if the session has none
/// @param score null if the text has a character that the model does not know
/// @param unknown that character; null if there is a score
public record ScoredText(
        String text, @Nullable Boolean known, @Nullable Score score, @Nullable String unknown) {}
