package dev.microgpt.session.admission;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

/// Estimates the memory that sessions take.
public final class SessionSize {

    /// Many sessions may have the same documents, if these are few: they do not count for each.
    private static final long SHARED_CORPUS = 1 << 20;

    private SessionSize() {}

    /// The memory that a session takes at its start, about.
    public static long atStart(ModelOptions options, Corpus documents) {
        long shared = Math.min(SHARED_CORPUS, documents.bytes());
        return MicroGpt.estimateBytes(options, documents) + documents.bytes() - shared;
    }
}
