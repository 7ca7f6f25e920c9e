package dev.microgpt.engine;

import java.util.Arrays;
import java.util.Locale;

/// Builds a [Corpus] from a stream of code points.
///
/// Characters get provisional ids in order of appearance and are renumbered in sorted order at the end, so
/// that the text itself is never held in memory.
final class CorpusBuilder {

    /// Longer arrays cannot be allocated on all JVMs.
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final Corpus.Limits limits;

    private char[] tokens = new char[1 << 10]; // provisional ids
    private int numTokens;
    private int[] ends = new int[1 << 6];
    private int numDocs;
    private int[] alphabet = new int[1 << 6]; // code point of each provisional id
    private int alphabetSize;
    private final CodePointMap provisionalIds = new CodePointMap();

    /// White space that is part of the document only if another character follows on the line.
    private final StringBuilder pendingSpace = new StringBuilder();

    private int documentStart;

    CorpusBuilder(Corpus.Limits limits) {
        this.limits = limits;
    }

    void accept(int codePoint) {
        if (codePoint == '\n') {
            endLine();
        } else if (!isWhiteSpace(codePoint)) {
            for (int i = 0; i < pendingSpace.length(); i++) {
                append(pendingSpace.charAt(i));
            }
            pendingSpace.setLength(0);
            append(codePoint);
        } else if (numTokens > documentStart) {
            pendingSpace.append((char) codePoint); // no white space lies beyond the BMP
        }
    }

    /// @throws InvalidInputException if there was no document
    Corpus build() {
        endLine();
        if (numDocs == 0) {
            throw InvalidInputException.invalidText(
                    "text", "the text has no documents: it is empty or all its lines are blank");
        }
        int[] sorted = Arrays.copyOf(alphabet, alphabetSize);
        Arrays.sort(sorted);
        char[] finalIds = new char[alphabetSize];
        for (int id = 0; id < alphabetSize; id++) {
            finalIds[provisionalIds.get(sorted[id])] = (char) id;
        }
        char[] renumbered = Arrays.copyOf(tokens, numTokens);
        for (int i = 0; i < numTokens; i++) {
            renumbered[i] = finalIds[renumbered[i]];
        }
        return new Corpus(new CharTokenizer(sorted), renumbered, Arrays.copyOf(ends, numDocs));
    }

    private void endLine() {
        pendingSpace.setLength(0);
        if (numTokens == documentStart) {
            return;
        }
        if (numDocs == limits.maxDocuments()) {
            throw InvalidInputException.tooLarge(
                    "documents",
                    limits.maxDocuments(),
                    String.format(
                            Locale.ROOT,
                            "the text has more than %d documents",
                            limits.maxDocuments()));
        }
        ends = ensureRoom(ends, numDocs);
        ends[numDocs++] = numTokens;
        documentStart = numTokens;
    }

    private void append(int codePoint) {
        int id = provisionalIds.get(codePoint);
        if (id < 0) {
            id = addToAlphabet(codePoint);
        }
        if (numTokens == tokens.length) {
            tokens = Arrays.copyOf(tokens, grown(numTokens));
        }
        tokens[numTokens++] = (char) id;
    }

    private int addToAlphabet(int codePoint) {
        if (alphabetSize + 1 == limits.maxVocabulary()) { // one id is reserved for BOS
            throw InvalidInputException.tooLarge(
                    "vocabulary",
                    limits.maxVocabulary(),
                    String.format(
                            Locale.ROOT,
                            "the text has more than %d distinct characters",
                            limits.maxVocabulary() - 1));
        }
        alphabet = ensureRoom(alphabet, alphabetSize);
        alphabet[alphabetSize] = codePoint;
        provisionalIds.put(codePoint, alphabetSize);
        return alphabetSize++;
    }

    private static int[] ensureRoom(int[] array, int used) {
        return used < array.length ? array : Arrays.copyOf(array, grown(used));
    }

    private static int grown(int length) {
        if (length == MAX_ARRAY) {
            throw InvalidInputException.tooLarge(
                    "characters",
                    MAX_ARRAY,
                    String.format(Locale.ROOT, "the text has more than %d characters", MAX_ARRAY));
        }
        return (int) Math.min(MAX_ARRAY, length + (length >> 1) + 16L);
    }

    /// Returns whether JavaScript's `trim` removes a character, line feed excepted. Source: ECMA-262,
    /// WhiteSpace and LineTerminator.
    private static boolean isWhiteSpace(int codePoint) {
        return switch (codePoint) {
            case '\t', 0x0B, '\f', '\r', ' ', 0x00A0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F ->
                    true;
            case 0x3000, 0xFEFF -> true;
            default -> codePoint >= 0x2000 && codePoint <= 0x200A;
        };
    }
}
