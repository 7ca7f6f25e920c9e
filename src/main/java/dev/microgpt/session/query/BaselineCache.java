package dev.microgpt.session.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Corpus;

/// Caches the latest baselines, which take a while to compute for a large text: those of one text, for one
/// length of the context. It does not keep the text in memory, so that an evicted session can be
/// garbage-collected. Thread-safe.
public final class BaselineCache {

    private record Entry(int blockSize, Baselines baselines) {}

    private final Cache<Corpus, Entry> latest =
            Caffeine.newBuilder().weakKeys().maximumSize(1).executor(Runnable::run).build();

    /// Returns the baselines of some documents.
    public Baselines of(Corpus documents, int blockSize) {
        return latest.asMap()
                .compute(
                        documents,
                        (_, cached) ->
                                cached != null && cached.blockSize == blockSize
                                        ? cached
                                        : new Entry(blockSize, Baselines.of(documents, blockSize)))
                .baselines;
    }
}
