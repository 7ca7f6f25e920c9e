package dev.microgpt.session.query;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Corpus;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;

/// Caches the latest baselines, which take a while to compute for a large text. It does not keep the text in
/// memory, so that an evicted session can be garbage-collected. Thread-safe.
public final class BaselineCache {

    private record Entry(WeakReference<Corpus> documents, int blockSize, Baselines baselines) {}

    private @Nullable Entry last;

    /// Returns the baselines of some documents.
    public synchronized Baselines of(Corpus documents, int blockSize) {
        Entry cached = last;
        if (cached == null
                || !cached.documents.refersTo(documents)
                || cached.blockSize != blockSize) {
            cached =
                    new Entry(
                            new WeakReference<>(documents),
                            blockSize,
                            Baselines.of(documents, blockSize));
            last = cached;
        }
        return cached.baselines;
    }
}
