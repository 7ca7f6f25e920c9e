package dev.microgpt.session.history;

import dev.microgpt.engine.Corpus;

import org.jspecify.annotations.Nullable;

/// What is unusual about the documents of a session.
///
/// @param truncated how many are cut off, as they are longer than the context
/// @param duplicates how many equal an earlier one
public record DocumentCounts(int truncated, int duplicates) {

    /// @param blockSize longest context in tokens
    /// @return null for a model that was restored without documents
    public static @Nullable DocumentCounts of(Corpus corpus, int blockSize) {
        return corpus.size() == 0
                ? null
                : new DocumentCounts(corpus.truncated(blockSize), corpus.duplicates());
    }
}
