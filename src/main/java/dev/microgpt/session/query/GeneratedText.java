package dev.microgpt.session.query;

import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;

import org.jspecify.annotations.Nullable;

/// A generated text and what the call wants to know of it.
///
/// @param known whether it is one of the documents; null if that is not wanted
/// @param score null if it is not wanted
/// @param nearest the document that differs least from it; null if it is not wanted
public record GeneratedText(
        Sample sample,
        @Nullable Boolean known,
        @Nullable Score score,
        @Nullable NearestDocument nearest) {}
