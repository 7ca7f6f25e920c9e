package dev.microgpt.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What a bundle says about itself and its files.
///
/// @param format the version of the format
/// @param name the session's name when the bundle was made
/// @param step number of steps trained
/// @param numDocs number of documents; 0 for a session that cannot train
/// @param dataset the name of the bundled dataset that the documents are, which are then not written as text; null for
///     other documents
/// @param files all other files, by name
@JsonInclude(JsonInclude.Include.NON_NULL)
record BundleManifest(
        String format,
        String name,
        long step,
        int numDocs,
        @Nullable String dataset,
        Map<String, Content> files) {

    static final String FORMAT = "microgpt-bundle-1";

    /// The content of a file.
    ///
    /// @param bytes its size
    /// @param sha256 its digest, as 64 hexadecimal digits
    record Content(long bytes, String sha256) {

        String described() {
            return bytes + " bytes and " + sha256;
        }
    }
}
