package dev.microgpt.bundle;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.session.admission.Limits;

import org.jspecify.annotations.Nullable;

/// The files of a bundle, in the order in which they are written.
enum BundleEntry {
    MANIFEST("manifest.json", true),
    README("README.md", false),
    OPTIONS("options.json", false),
    DOCUMENTS("documents.txt", false),
    LOSSES("losses.csv", true),
    HISTORY("history.json", true),
    CHECKPOINT("checkpoint.safetensors", true);

    private static final long SMALL_FILE = 1 << 16;

    /// A step, a loss and a line break.
    private static final int BYTES_PER_LOSS = 48;

    /// About 10,000 changes of options, the most that a history has, with all options.
    private static final long HISTORY_BYTES = 1 << 24;

    /// A line break may follow each byte of a text.
    private static final int BYTES_PER_TEXT_BYTE = 2;

    /// A parameter and its two moments, as numbers of at most eight bytes.
    private static final int BYTES_PER_PARAMETER = 24;

    private final String fileName;
    private final boolean isRequired;

    BundleEntry(String fileName, boolean isRequired) {
        this.fileName = fileName;
        this.isRequired = isRequired;
    }

    String fileName() {
        return fileName;
    }

    /// Returns whether a session cannot be restored without the file.
    boolean isRequired() {
        return isRequired;
    }

    /// Returns the file with this name; null if a bundle has none.
    static @Nullable BundleEntry find(String fileName) {
        for (BundleEntry entry : values()) {
            if (entry.fileName.equals(fileName)) {
                return entry;
            }
        }
        return null;
    }

    /// Returns the largest size of the file, unpacked, in bytes.
    long maxBytes(Limits limits) {
        long text = BYTES_PER_TEXT_BYTE * limits.textBytes() + SMALL_FILE;
        return switch (this) {
            case MANIFEST, README, OPTIONS -> SMALL_FILE;
            case DOCUMENTS -> text;
            case LOSSES -> BYTES_PER_LOSS * (LossHistory.EXACT + 1L);
            case HISTORY -> HISTORY_BYTES;
            case CHECKPOINT -> text + BYTES_PER_PARAMETER * limits.parameters();
        };
    }
}
