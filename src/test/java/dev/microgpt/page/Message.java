package dev.microgpt.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text of a catalog, as `message-format.js` reads it.
///
/// @param values the names of its values, those of tags as `<name>`
/// @param plurals the forms of each plural in it
/// @param words the pieces between values and tags
record Message(Set<String> values, List<Set<String>> plurals, List<String> words) {

    private static final Pattern PART =
            Pattern.compile(
                    "(?<words>[^{}<]+|<(?![/\\w]))|\\{(?<value>\\w+)\\}"
                            + "|\\{(?<chooser>\\w+), (?<kind>plural|select),|<(?<tag>\\w+)>");
    private static final Pattern OPTION = Pattern.compile("\\s*(=?\\w+) \\{");

    /// @throws IllegalArgumentException if it is not well-formed
    static Message parse(String text) {
        Parser parser = new Parser(text);
        parser.parts();
        parser.expect("");
        return new Message(parser.values, parser.plurals, parser.words);
    }

    private static final class Parser {

        private final String text;
        private final Set<String> values = new TreeSet<>();
        private final List<Set<String>> plurals = new ArrayList<>();
        private final List<String> words = new ArrayList<>();
        private int at;

        Parser(String text) {
            this.text = text;
        }

        private void parts() {
            Matcher part = PART.matcher(text);
            while (part.region(at, text.length()).lookingAt()) {
                at = part.end();
                if (part.group("words") != null) {
                    words.add(part.group("words"));
                } else if (part.group("value") != null) {
                    values.add(part.group("value"));
                } else if (part.group("tag") != null) {
                    String tag = part.group("tag");
                    values.add("<" + tag + ">");
                    parts();
                    expect("</" + tag + ">");
                } else {
                    values.add(part.group("chooser"));
                    options(part.group("kind").equals("plural"));
                }
            }
        }

        private void options(boolean isPlural) {
            Set<String> names = new TreeSet<>();
            Matcher option = OPTION.matcher(text);
            while (option.region(at, text.length()).lookingAt()) {
                at = option.end();
                names.add(option.group(1));
                parts();
                expect("}");
            }
            expect("}");
            if (!names.contains("other")) {
                throw new IllegalArgumentException("a choice without `other`: " + text);
            }
            if (isPlural) {
                plurals.add(names);
            }
        }

        /// Consumes what has to come next; the end of the text if it is empty.
        private void expect(String next) {
            if (next.isEmpty() ? at < text.length() : !text.startsWith(next, at)) {
                throw new IllegalArgumentException(
                        "“%s” expected at %d in: %s".formatted(next, at, text));
            }
            at += next.length();
        }
    }
}
