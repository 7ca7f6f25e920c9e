package dev.microgpt.documents;

import java.util.List;

/// Output as a document shows it, where `…` stands for anything, also for nothing.
final class ExpectedOutput {

    private static final int QUOTED = 300;

    private ExpectedOutput() {}

    /// @param where it is shown, for the message
    /// @throws AssertionError if the output is another one
    static void check(String where, String expected, String actual) {
        List<String> parts = List.of(expected.split("…", -1));
        int position = parts.getFirst().length();
        if (!actual.startsWith(parts.getFirst())) {
            throw differs(where, parts.getFirst(), 0, actual);
        }
        for (String part : parts.subList(1, parts.size())) {
            int found = actual.indexOf(part, position);
            if (found < 0) {
                throw differs(where, part, position, actual);
            }
            position = found + part.length();
        }
        String last = parts.getLast();
        boolean isElided = parts.size() > 1;
        if (isElided ? !actual.endsWith(last) : position != actual.length()) {
            throw differs(where, last, Math.min(position, actual.length()), actual);
        }
    }

    private static AssertionError differs(String where, String part, int position, String actual) {
        String rest = actual.substring(position);
        return new AssertionError(
                "%s: expected\n    %s\nin the output from its character %d on:\n    %s"
                        .formatted(
                                where,
                                part,
                                position,
                                rest.substring(0, Math.min(rest.length(), QUOTED))));
    }
}
