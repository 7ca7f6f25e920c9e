package dev.microgpt.checkpoint;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

/// The shape that a caller expects a file's model to have. The shape comes from the file; a different
/// expectation is an error. Null means no expectation.
public record ExpectedShape(
        @Nullable Integer nEmbd,
        @Nullable Integer nLayer,
        @Nullable Integer blockSize,
        @Nullable Integer vocabSize) {

    static final ExpectedShape NONE = new ExpectedShape(null, null, null, null);

    /// Checks that a model has the expected shape.
    ///
    /// @throws InvalidInputException if it has another shape
    void requireMatches(ModelOptions options, int actualVocabSize) {
        require("nEmbd", nEmbd, options.nEmbd());
        require("nLayer", nLayer, options.nLayer());
        require("blockSize", blockSize, options.blockSize());
        require("vocabSize", vocabSize, actualVocabSize);
    }

    private static void require(String field, @Nullable Integer expected, int actual) {
        if (expected != null && expected != actual) {
            throw InvalidInputException.outOfRange(
                    field,
                    expected,
                    actual,
                    actual,
                    field + " must match the file, which has " + actual + ", but is " + expected);
        }
    }
}
