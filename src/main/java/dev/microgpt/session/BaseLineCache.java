package dev.microgpt.session;

import dev.microgpt.engine.BaseLines;
import dev.microgpt.engine.Corpus;

import org.jspecify.annotations.Nullable;

/// Remembers the base lines of the documents last asked about: they take a while for a large text.
final class BaseLineCache {

    private @Nullable Corpus documents;
    private @Nullable BaseLines baseLines;

    synchronized BaseLines of(Corpus asked, int blockSize) {
        if (baseLines == null || documents != asked) {
            documents = asked;
            baseLines = BaseLines.of(asked, blockSize);
        }
        return baseLines;
    }
}
