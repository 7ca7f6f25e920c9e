package dev.microgpt.session.query;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Corpus;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;

/// Remembers the base lines that were last asked for, which take a while for a large text, but not the text
/// itself: a session that is put away lets go of it.
public final class BaselineCache {

    private record Entry(WeakReference<Corpus> documents, int blockSize, Baselines baseLines) {}

    private @Nullable Entry last;

    public synchronized Baselines of(Corpus documents, int blockSize) {
        Entry known = last;
        if (known == null || !known.documents.refersTo(documents) || known.blockSize != blockSize) {
            known =
                    new Entry(
                            new WeakReference<>(documents),
                            blockSize,
                            Baselines.of(documents, blockSize));
            last = known;
        }
        return known.baseLines;
    }
}
