package dev.microgpt.session.admission;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

/// Estimates the memory that sessions take.
public final class SessionSize {

    /// Documents up to this size, in bytes, are not counted, as many sessions may share them.
    private static final long SHARED_CORPUS = 1 << 20;

    private SessionSize() {}

    /// Estimates the memory of a new session.
    public static long atStart(ModelOptions options, Corpus documents) {
        long shared = Math.min(SHARED_CORPUS, documents.bytes());
        return MicroGpt.estimateBytes(options, documents) + documents.bytes() - shared;
    }

    /// Estimates the memory of a stored session whose documents are not known: those it has are taken to be
    /// shared and, at most, as long as a context.
    ///
    /// @param vocabSize V
    public static long ofStored(ModelOptions options, int vocabSize) {
        return MicroGpt.estimateBytes(options, vocabSize, options.blockSize());
    }
}
