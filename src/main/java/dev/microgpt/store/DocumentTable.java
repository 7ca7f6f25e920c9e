package dev.microgpt.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.microgpt.checkpoint.Sha256;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Tokenizer;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// The table of training texts. Each text is stored once, and held in memory once while any session uses
/// it.
final class DocumentTable {

    private final JdbcClient jdbc;
    private final boolean isShared;

    /// Bounded by the texts in use, like `corpora`: an entry ends with the last reference to its text.
    private final Cache<Corpus, String> digests =
            Caffeine.newBuilder().weakKeys().executor(Runnable::run).build();

    private final Cache<Key, Corpus> corpora =
            Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    /// A training text in its tokens.
    ///
    /// @param tokenizer null for the characters of the text
    private record Key(String digest, @Nullable Tokenizer tokenizer) {

        static Key of(String digest, Corpus corpus) {
            boolean isRead = corpus.tokenizer() instanceof CharTokenizer && corpus.tellsAlphabet();
            return new Key(digest, isRead ? null : corpus.tokenizer());
        }
    }

    /// @param isShared whether other processes write to the table, which SQLite does not allow
    DocumentTable(JdbcClient jdbc, boolean isShared) {
        this.jdbc = jdbc;
        this.isShared = isShared;
    }

    /// Stores a text unless it is stored already.
    ///
    /// @return its digest
    synchronized String putIfAbsent(Corpus corpus) {
        String known = digests.getIfPresent(corpus);
        if (known != null && contains(known)) {
            return known;
        }
        byte[] text = text(corpus);
        String digest = digest(text);
        if (!contains(digest)) {
            jdbc.sql(
                            "INSERT INTO document (digest, text) VALUES (?, ?)"
                                    + " ON CONFLICT (digest) DO NOTHING") // in another process
                    .params(digest, text)
                    .update();
        }
        digests.put(corpus, digest);
        corpora.put(Key.of(digest, corpus), corpus);
        return digest;
    }

    /// Returns whether a text is stored. If so, no other process deletes it until the end of the transaction.
    private boolean contains(String digest) {
        return isFound(digest, "FOR KEY SHARE");
    }

    /// @param lock what keeps other processes out
    private boolean isFound(String digest, String lock) {
        return jdbc.sql("SELECT 1 FROM document WHERE digest = ? " + (isShared ? lock : ""))
                .param(digest)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /// Deletes a text if no session or sweep uses it, in no process.
    void deleteIfUnused(String digest) {
        if (isShared && !isFound(digest, "FOR UPDATE SKIP LOCKED")) {
            return; // a session of another process is about to use it
        }
        jdbc.sql(
                        """
                        DELETE FROM document WHERE digest = :digest
                        AND NOT EXISTS (SELECT 1 FROM session WHERE document = :digest)
                        AND NOT EXISTS (SELECT 1 FROM sweep WHERE document = :digest)
                        AND NOT EXISTS (SELECT 1 FROM continuation WHERE document = :digest)""")
                .param("digest", digest)
                .update();
    }

    /// Returns a text, from memory if a session uses it.
    ///
    /// @param tokenizer the tokens; null for the characters of the text
    /// @throws DamagedException if the text does not match its digest
    Corpus load(String digest, @Nullable Tokenizer tokenizer) {
        Key key = new Key(digest, tokenizer);
        Corpus known = corpora.getIfPresent(key);
        if (known != null) {
            return known;
        }
        Corpus characters = characters(digest);
        if (tokenizer == null) {
            return characters;
        }
        // Long texts take seconds, while which others must not wait. If two calls do the same, the
        // first wins.
        return entered(key, characters.inTokensOf(tokenizer, false));
    }

    private synchronized Corpus characters(String digest) {
        Key key = new Key(digest, null);
        Corpus known = corpora.getIfPresent(key);
        return known == null ? entered(key, read(digest)) : known;
    }

    /// Enters a text, unless another call has done it.
    ///
    /// @return the text that is in memory
    private synchronized Corpus entered(Key key, Corpus corpus) {
        Corpus first = corpora.get(key, _ -> corpus);
        digests.put(first, key.digest);
        return first;
    }

    private Corpus read(String digest) {
        byte[] text =
                jdbc.sql("SELECT text FROM document WHERE digest = ?")
                        .param(digest)
                        .query((row, _) -> row.getBytes(1))
                        .single();
        if (!digest(text).equals(digest)) {
            throw new DamagedException("a training text does not match its digest " + digest);
        }
        try {
            return Corpus.read(new ByteArrayInputStream(text), Corpus.Limits.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] text(Corpus corpus) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < corpus.size(); i++) {
            text.writeBytes(corpus.document(i).getBytes(StandardCharsets.UTF_8));
            text.write('\n');
        }
        return text.toByteArray();
    }

    private static String digest(byte[] text) {
        MessageDigest sha256 = Sha256.create();
        sha256.update(text);
        return Sha256.digits(sha256);
    }
}
