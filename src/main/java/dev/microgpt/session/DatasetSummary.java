package dev.microgpt.session;

import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Corpus;

import java.util.List;
import java.util.stream.IntStream;

/// The size and the look of a bundled text. Lengths are in characters.
///
/// @param numDocs number of documents
/// @param bytes size of the text as UTF-8
/// @param alphabet the distinct characters in ascending order
/// @param shortest length of the shortest document
/// @param meanLength mean length of the documents
/// @param longest length of the longest document
/// @param examples some documents, spread evenly over the text
public record DatasetSummary(
        int numDocs,
        int bytes,
        String alphabet,
        int shortest,
        double meanLength,
        int longest,
        List<String> examples) {

    private static final int EXAMPLES = 3;

    /// Summarises documents of characters.
    ///
    /// @param bytes size of the text that the documents were read from
    static DatasetSummary of(Corpus documents, int bytes) {
        int shortest = Integer.MAX_VALUE;
        for (int i = 0; i < documents.size(); i++) {
            shortest = Math.min(shortest, length(documents, i));
        }
        return new DatasetSummary(
                documents.size(),
                bytes,
                ((CharTokenizer) documents.tokenizer()).alphabet(),
                shortest,
                (double) documents.characters() / documents.size(),
                documents.longestCharacters(),
                IntStream.range(0, EXAMPLES)
                        .mapToObj(i -> documents.document(documents.spread(i, EXAMPLES)))
                        .toList());
    }

    /// A document's tokens have BOS before and after the characters.
    private static int length(Corpus documents, int index) {
        return documents.tokens(index).length - 2;
    }
}
