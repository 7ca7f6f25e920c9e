package dev.microgpt.documents;

import org.jspecify.annotations.Nullable;

/// A fenced block of a document.
///
/// @param line of its opening fence, counted from 1
/// @param language the first word behind the opening fence; empty for none
/// @param text between the fences, without white space at both ends
/// @param notRun why no test runs it; null unless the document says so in a comment right before it
/// @param testedBy the test class that checks it, as a path below `dev/microgpt`; null unless the document
///     says so in a comment right before it
public record Fence(
        Documents document,
        int line,
        String language,
        String text,
        @Nullable String notRun,
        @Nullable String testedBy) {

    /// Whether [SnippetsTest] runs it.
    boolean isRun() {
        return notRun == null && testedBy == null;
    }

    /// Where it is, for messages of tests.
    String place() {
        return document.path() + ":" + line;
    }

    @Override
    public String toString() {
        return place() + "\n" + text;
    }
}
