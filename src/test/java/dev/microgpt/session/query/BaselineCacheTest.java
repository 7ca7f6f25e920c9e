package dev.microgpt.session.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Corpus;

import org.junit.jupiter.api.Test;

import java.lang.ref.WeakReference;

/// The base lines that were last asked for.
final class BaselineCacheTest {

    private static final String TEXT = "alice\nbob\ncharlie\ndavid\nemma\nfrank";

    private final BaselineCache cache = new BaselineCache();

    @Test
    void areThoseOfTheDocuments() {
        Corpus documents = Corpus.of(TEXT);

        assertThat(cache.of(documents, 8)).isEqualTo(Baselines.of(documents, 8));
    }

    @Test
    void areComputedOnce() {
        Corpus documents = Corpus.of(TEXT);

        assertThat(cache.of(documents, 8)).isSameAs(cache.of(documents, 8));
    }

    @Test
    void shorterBlocksHaveOthers() {
        Corpus documents = Corpus.of(TEXT);
        Baselines long8 = cache.of(documents, 8);
        Baselines short3 = cache.of(documents, 3);

        assertThat(short3).isEqualTo(Baselines.of(documents, 3)).isNotEqualTo(long8);
        assertThat(cache.of(documents, 8)).isEqualTo(long8);
    }

    @Test
    void otherDocumentsHaveOthers() {
        Baselines names = cache.of(Corpus.of(TEXT), 8);

        assertThat(cache.of(Corpus.of("aaaa\nbbbb"), 8)).isNotEqualTo(names);
    }

    @Test
    @SuppressWarnings("SystemGc") // the way to see what is held
    void documentsAreNotHeld() {
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
