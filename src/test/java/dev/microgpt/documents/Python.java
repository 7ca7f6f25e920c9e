package dev.microgpt.documents;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// The installed Python, for the snippets of the Python client.
final class Python {

    private Python() {}

    /// Skips the test of a document that needs Python where there is none, or fails it if the system property
    /// `python.required` is set.
    static void assumeInstalled(Documents document) {
        if (document != Documents.PYTHON || isInstalled()) {
            return;
        }
        String advice =
                "no python3 is installed, which the snippets of %s need: `apt-get install python3`"
                        .formatted(document.path());
        if (Boolean.getBoolean("python.required")) {
            throw new IllegalStateException(advice);
        }
        Assumptions.abort(advice);
    }

    private static boolean isInstalled() {
        String folders = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(folders.split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
    }
}
