package dev.microgpt.session.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Corpus;

import org.junit.jupiter.api.Test;

import java.lang.ref.WeakReference;

/// The cache of the latest baselines.
final class BaselineCacheTest {

    private static final String TEXT = "alice\nbob\ncharlie\ndavid\nemma\nfrank";

    private final BaselineCache cache = new BaselineCache();

    @Test
    void returnsBaselinesOfDocuments() {
        Corpus documents = Corpus.of(TEXT);

        assertThat(cache.of(documents, 8)).isEqualTo(Baselines.of(documents, 8));
    }

    @Test
    void baselinesAreComputedOnce() {
        Corpus documents = Corpus.of(TEXT);

        assertThat(cache.of(documents, 8)).isSameAs(cache.of(documents, 8));
    }

    @Test
    void otherBlockSizeHasOtherBaselines() {
        Corpus documents = Corpus.of(TEXT);
        Baselines long8 = cache.of(documents, 8);
        Baselines short3 = cache.of(documents, 3);

        assertThat(short3).isEqualTo(Baselines.of(documents, 3)).isNotEqualTo(long8);
        assertThat(cache.of(documents, 8)).isEqualTo(long8);
    }

    @Test
    void otherDocumentsHaveOtherBaselines() {
        Baselines names = cache.of(Corpus.of(TEXT), 8);

        assertThat(cache.of(Corpus.of("aaaa\nbbbb"), 8)).isNotEqualTo(names);
    }

    @Test
    @SuppressWarnings("SystemGc") // shows what is still referenced
    void cacheDoesNotRetainDocuments() {
        WeakReference<Corpus> documents = new WeakReference<>(Corpus.of(TEXT));
        askOnce(documents);

        await().until(
                        () -> {
                            System.gc();
                            return documents.refersTo(null);
                        });
    }

    private void askOnce(WeakReference<Corpus> documents) {
        Corpus held = documents.get();
        if (held != null) {
            assertThat(cache.of(held, 8)).isNotNull();
        }
    }
}
