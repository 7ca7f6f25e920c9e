package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Sample;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Which generated texts a call wants. In place of a text that it does not want, another one is drawn.
///
/// @param unique whether no text may come twice
/// @param novel whether no text may be one of the documents
/// @param minLength in characters
/// @param maxLength in characters
/// @param pattern which must match somewhere in a text; null for none
/// @param exclude texts that are not wanted
/// @param tries how many texts are drawn at most
public record TextFilter(
        boolean unique,
        boolean novel,
        int minLength,
        int maxLength,
        @Nullable TextPattern pattern,
        Set<String> exclude,
        long tries) {

    /// Accepts every text.
    public static final TextFilter NONE =
            new TextFilter(
                    /* unique= */ false,
                    /* novel= */ false,
                    0,
                    Integer.MAX_VALUE,
                    /* pattern= */ null,
                    Set.of(),
                    Long.MAX_VALUE);

    /// Why a text is not wanted.
    public enum Rejection {
        /// The call has it already.
        DUPLICATE,
        /// It is one of the documents.
        KNOWN,
        TOO_SHORT,
        TOO_LONG,
        /// It does not match the pattern.
        NO_MATCH,
        EXCLUDED
    }

    public TextFilter {
        exclude = Set.copyOf(exclude);
    }

    /// Returns whether it accepts every text.
    public boolean isNone() {
        return equals(NONE);
    }

    /// Returns why a text is not wanted; null if it is.
    ///
    /// @param found the texts that the call has
    @Nullable Rejection reject(Sample sample, Corpus documents, Set<String> found) {
        String text = sample.text();
        int length = text.codePointCount(0, text.length());
        if (length < minLength) {
            return Rejection.TOO_SHORT;
        }
        if (length > maxLength) {
            return Rejection.TOO_LONG;
        }
        if (pattern != null && !pattern.matchesIn(text)) {
            return Rejection.NO_MATCH;
        }
        if (exclude.contains(text)) {
            return Rejection.EXCLUDED;
        }
        if (novel && documents.contains(sample)) {
            return Rejection.KNOWN;
        }
        return unique && found.contains(text) ? Rejection.DUPLICATE : null;
    }
}
