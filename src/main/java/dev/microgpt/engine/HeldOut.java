package dev.microgpt.engine;

import java.util.Locale;

/// Which documents are held out from training, and how often their loss is measured.
///
/// @param validation a share of the documents, 0 to 0.5, or a number of them, from 1 on; they are the last ones in the
///     training order. Default 0, for none
/// @param validateEvery the steps between two measurements; 0, the default, for steps that are 0, 1, 2, 3, 4, 6, 8, 12
///     and so on
public record HeldOut(double validation, long validateEvery) {

    /// See [LogSpacedSteps]; for measurements that become rare.
    private static final int SIGNIFICANT_BITS = 2;

    /// The largest share.
    private static final double MAX_SHARE = 0.5;

    /// @throws InvalidInputException if a value is out of its range
    public HeldOut {
        ModelOption.VALIDATION.require(validation);
        ModelOption.VALIDATE_EVERY.require(validateEvery);
        boolean isCount = validation >= 1 && validation == Math.rint(validation);
        if (validation > MAX_SHARE && !isCount) {
            throw InvalidInputException.outOfRange(
                    ModelOption.VALIDATION.name(),
                    validation,
                    0,
                    ModelOption.VALIDATION.max(),
                    "validation must be a share from 0 to 0.5 or a whole number of documents, but is "
                            + validation);
        }
    }

    /// Returns whether documents are held out.
    public boolean isActive() {
        return validation > 0;
    }

    /// Returns how many documents are held out; at least one, if any.
    ///
    /// @param numDocs number of all documents
    /// @throws InvalidInputException if none would be left for training
    public int numDocuments(int numDocs) {
        if (!isActive() || numDocs == 0) {
            return 0;
        }
        double wanted = validation < 1 ? Math.floor(validation * numDocs) : validation;
        double count = Math.max(1, wanted);
        if (count >= numDocs) {
            throw InvalidInputException.outOfRange(
                    ModelOption.VALIDATION.name(),
                    validation,
                    0,
                    numDocs - 1,
                    String.format(
                            Locale.ROOT,
                            "validation must leave a document for training: of %d documents, at most %d can"
                                    + " be held out",
                            numDocs,
                            numDocs - 1));
        }
        return (int) count;
    }

    /// Returns whether the loss is measured after a step.
    public boolean isDue(long step) {
        if (!isActive()) {
            return false;
        }
        if (validateEvery > 0) {
            return step % validateEvery == 0;
        }
        return LogSpacedSteps.contains(step, SIGNIFICANT_BITS);
    }
}
