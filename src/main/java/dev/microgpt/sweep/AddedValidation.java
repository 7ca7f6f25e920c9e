package dev.microgpt.sweep;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;

/// The validation of trials whose options have none, as sweeps rank trials by their validation losses.
///
/// @param documents number of documents to hold out
/// @param every steps between two measurements
public record AddedValidation(long documents, long every) {

    private static final int MAX_DOCUMENTS = 500;
    private static final int DOCUMENTS_PER_HELD_OUT = 10;
    private static final int MAX_MEASUREMENTS = 20;

    /// Holds out a tenth of the documents, at most 500. Measures them up to 20 times and at the beginning, but only as
    /// often that no more documents are measured than trained on one by one: that takes about a quarter of the time.
    ///
    /// @param numDocs number of all documents
    /// @param steps number of steps to train
    public static AddedValidation of(int numDocs, long steps) {
        long documents = Math.clamp(numDocs / DOCUMENTS_PER_HELD_OUT, 1, MAX_DOCUMENTS);
        long measurements = Math.clamp(steps / documents - 1, 1, MAX_MEASUREMENTS);
        return new AddedValidation(documents, Math.ceilDiv(steps, measurements));
    }

    /// Returns options with this validation; the same if they have one.
    public ModelOptions addTo(ModelOptions options) {
        return options.heldOut().isActive() ? options : values().applyTo(options);
    }

    /// Returns the options of the validation.
    public OptionValues values() {
        return OptionValues.of(ModelOption.VALIDATION, (double) documents)
                .with(ModelOption.VALIDATE_EVERY, every);
    }
}
