package dev.microgpt.documents;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// All documents of the project. A Markdown file that is missing here fails [DocumentsTest].
public enum Documents {
    README("README.md"),
    INDEX("src/site/markdown/index.md"),
    API("src/site/markdown/api.md"),
    LIVE_STREAM("src/site/markdown/live-stream.md"),
    PYTHON("src/site/markdown/python.md"),
    JAVASCRIPT("src/site/markdown/javascript.md"),
    DASHBOARD("src/site/markdown/dashboard.md"),
    ENGINE("src/site/markdown/engine.md"),
    FIDELITY("src/site/markdown/fidelity.md"),
    PERFORMANCE("src/site/markdown/performance.md"),
    CLUSTER("src/site/markdown/cluster.md"),
    OPERATIONS("src/site/markdown/operations.md"),
    SECURITY("src/site/markdown/security.md"),
    ARCHITECTURE("src/site/markdown/architecture.md"),
    CONTRIBUTING("src/site/markdown/contributing.md");

    private static final Pattern OPENING = Pattern.compile("```(.*)");
    private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: (.+) -->");
    private static final Pattern TESTED_BY = Pattern.compile("<!-- tested by: (\\S+) -->");

    private final Path path;

    Documents(String path) {
        this.path = Path.of(path);
    }

    Path path() {
        return path;
    }

    List<String> lines() {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the lines outside fenced blocks.
    List<String> prose() {
        List<String> lines = lines();
        List<String> prose = new ArrayList<>();
        int next = 0;
        for (Fence fence : fences()) {
            prose.addAll(lines.subList(next, fence.line() - 1));
            next = closing(lines, fence.line() - 1) + 1;
        }
        prose.addAll(lines.subList(next, lines.size()));
        return prose;
    }

    /// Returns the fenced blocks from top to bottom.
    ///
    /// @throws AssertionError if one is not closed, or is indented or begins with `~~~`, which no test reads
    List<Fence> fences() {
        List<String> lines = lines();
        List<Fence> fences = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher opening = OPENING.matcher(lines.get(i));
            if (opening.matches()) {
                int closing = closing(lines, i);
                String comment = i == 0 ? "" : lines.get(i - 1);
                fences.add(
                        new Fence(
                                this,
                                i + 1,
                                opening.group(1),
                                String.join("\n", lines.subList(i + 1, closing)).strip(),
                                firstGroup(NOT_RUN, comment),
                                firstGroup(TESTED_BY, comment)));
                i = closing;
            } else if (lines.get(i).strip().matches("(```|~~~).*")) {
                throw new AssertionError(
                        path + ":" + (i + 1) + ": write fences as ``` in column 1");
            }
        }
        return fences;
    }

    private int closing(List<String> lines, int opening) {
        for (int i = opening + 1; i < lines.size(); i++) {
            if (lines.get(i).equals("```")) {
                return i;
            }
        }
        throw new AssertionError(path + ":" + (opening + 1) + ": the fence is not closed");
    }

    /// Returns the texts of the blocks that a test class checks.
    ///
    /// @param test a path below `dev/microgpt`
    public List<String> testedBy(String test) {
        return fences().stream()
                .filter(fence -> test.equals(fence.testedBy()))
                .map(Fence::text)
                .toList();
    }

    private static @Nullable String firstGroup(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /// Returns the text of the only block in a language.
    ///
    /// @throws AssertionError if there is none, or more than one
    public String onlyFence(String language) {
        List<Fence> found =
                fences().stream().filter(fence -> fence.language().equals(language)).toList();
        if (found.size() != 1) {
            throw new AssertionError(
                    path + " has " + found.size() + " blocks in " + language + ", not 1");
        }
        return found.getFirst().text();
    }
}
