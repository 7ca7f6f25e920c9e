package dev.microgpt.session.query;

/// The document that differs least from a text.
///
/// @param text the document
/// @param distance the edit distance: how many characters have to be inserted, deleted or replaced at least to make one
///     of the other
public record NearestDocument(String text, int distance) {}
