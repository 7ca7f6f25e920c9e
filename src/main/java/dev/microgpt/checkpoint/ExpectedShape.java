package dev.microgpt.checkpoint;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

/// What a caller says of the shape of a file's model. It is the file that decides, so anything else is
/// refused. Null stands for nothing said.
public record ExpectedShape(
        @Nullable Integer nEmbd,
        @Nullable Integer nLayer,
        @Nullable Integer blockSize,
        @Nullable Integer vocabSize) {

    static final ExpectedShape NONE = new ExpectedShape(null, null, null, null);

    /// @throws InvalidInputException if the model has another shape
    void requireOf(ModelOptions options, int actualVocabSize) {
        require("nEmbd", nEmbd, options.nEmbd());
        require("nLayer", nLayer, options.nLayer());
        require("blockSize", blockSize, options.blockSize());
        require("vocabSize", vocabSize, actualVocabSize);
    }

    private static void require(String field, @Nullable Integer claimed, int actual) {
        if (claimed != null && claimed != actual) {
            throw InvalidInputException.outOfRange(
                    field,
                    claimed,
                    actual,
                    actual,
                    field + " is " + claimed + ", but that of the file is " + actual);
        }
    }
}
