package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

/// Looks for the document that differs least from a text; the first of several.
final class NearestSearch {

    /// Documents between two readings of the clock.
    private static final int DOCUMENTS_PER_READING = 1024;

    private final Corpus documents;
    private final boolean comparesIds; // else code points
    private final EditDistance distance;
    private final int[] document;
    private int next;
    private int nearest;
    private int least;

    NearestSearch(Corpus documents, String text) {
        this.documents = documents;
        int @Nullable [] ids = ids(documents, text);
        comparesIds = ids != null;
        int[] characters = ids != null ? ids : text.codePoints().toArray();
        distance = new EditDistance(characters);
        document = new int[comparesIds ? documents.longest() : 0];
        least = Math.max(characters.length, documents.longestCharacters()) + 1;
    }

    /// Returns the token ids of a text's characters.
    ///
    /// @return null if not every character of it is a token
    private static int @Nullable [] ids(Corpus documents, String text) {
        if (documents.tokenizer().kind() != TokenizerKind.CHARS) {
            return null;
        }
        try {
            return documents.tokenizer().encode(text, "text");
        } catch (InvalidInputException _) {
            return null;
        }
    }

    /// Continues until the deadline.
    ///
    /// @return whether the search has ended
    boolean advance(Deadline deadline) {
        while (next < documents.size() && least > 0) {
            compare(next);
            next++;
            if (next % DOCUMENTS_PER_READING == 0 && deadline.hasPassed()) {
                return false;
            }
        }
        return true;
    }

    private void compare(int index) {
        int measured;
        if (comparesIds) {
            measured = distance.below(least, document, documents.copyTokens(index, document));
        } else {
            int[] characters = documents.document(index).codePoints().toArray();
            measured = distance.below(least, characters, characters.length);
        }
        if (measured < least) {
            least = measured;
            nearest = index;
        }
    }

    NearestDocument result() {
        return new NearestDocument(documents.document(nearest), least);
    }
}
