package dev.microgpt.bundle;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

/// Creates the error of a bundle that cannot be restored.
final class BundleErrors {

    private BundleErrors() {}

    /// @param reason what is wrong, as a sentence
    static SessionException invalid(String reason) {
        return new SessionException(ErrorCode.INVALID_BUNDLE, reason);
    }

    /// @param reason what is wrong with a file, as a sentence
    static SessionException invalid(BundleEntry entry, String reason) {
        return invalid("%s of the bundle: %s".formatted(entry.fileName(), reason));
    }
}
