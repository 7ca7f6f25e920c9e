package dev.microgpt.documents;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// The installed programs that run the snippets of a client.
enum Interpreter {
    PYTHON(Documents.PYTHON, "python3", "python3"),
    NODE(Documents.JAVASCRIPT, "node", "nodejs");

    private final Documents document;
    private final String program;
    private final String debianPackage;

    Interpreter(Documents document, String program, String debianPackage) {
        this.document = document;
        this.program = program;
        this.debianPackage = debianPackage;
    }

    /// Skips the test of a document whose interpreter is not installed, or fails it if the system property
    /// `python.required` or `node.required` is set.
    static void assumeInstalled(Documents document) {
        for (Interpreter interpreter : values()) {
            if (interpreter.document == document && !interpreter.isInstalled()) {
                interpreter.giveUp();
            }
        }
    }

    private void giveUp() {
        String advice =
                "no %s is installed, which the snippets of %s need: `apt-get install %s`"
                        .formatted(program, document.path(), debianPackage);
        if (Boolean.getBoolean(name().toLowerCase(Locale.ROOT) + ".required")) {
            throw new IllegalStateException(advice);
        }
        Assumptions.abort(advice);
    }

    private boolean isInstalled() {
        String folders = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(folders.split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
