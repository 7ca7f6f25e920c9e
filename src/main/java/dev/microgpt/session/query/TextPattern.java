package dev.microgpt.session.query;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.microgpt.engine.InvalidInputException;

/// A regular expression in the syntax of RE2, which matches in time proportional to the text, whatever the expression.
public final class TextPattern {

    /// Maximum length of a pattern in UTF-16 units.
    public static final int MAX_LENGTH = 200;

    /// A repetition such as `x{50}` is compiled into as many copies, and nested ones multiply.
    private static final long MAX_COPIES = 100;

    private static final int MAX_INSTRUCTIONS = 500;

    /// A repetition count, also where its braces are meant literally.
    private static final Pattern COUNT = Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?\\}");

    private final Pattern pattern;

    private TextPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /// Compiles a pattern.
    ///
    /// @param field name of the pattern in error messages
    /// @throws InvalidInputException if it is not a pattern in the syntax of RE2, or too large
    public static TextPattern of(String pattern, String field) {
        InvalidInputException.requireRange(field + ".length", pattern.length(), 1, MAX_LENGTH);
        requireFewCopies(pattern, field);
        try {
            Pattern compiled = Pattern.compile(pattern);
            if (compiled.programSize() > MAX_INSTRUCTIONS) {
                throw invalid(field, pattern, "it is too complex");
            }
            return new TextPattern(compiled);
        } catch (PatternSyntaxException e) {
            throw invalid(field, pattern, e.getDescription());
        }
    }

    private static void requireFewCopies(String pattern, String field) {
        double copies = 1;
        for (var count = COUNT.matcher(pattern); count.find(); ) {
            String max = count.group(2);
            String larger = max == null || max.isEmpty() ? count.group(1) : max;
            copies *= Math.max(1, Double.parseDouble(larger));
        }
        if (copies > MAX_COPIES) {
            throw invalid(
                    field, pattern, "its repetition counts multiply to more than " + MAX_COPIES);
        }
    }

    private static InvalidInputException invalid(String field, String pattern, String reason) {
        return InvalidInputException.invalidText(
                field,
                "%s is not a regular expression in the syntax of RE2: '%s': %s"
                        .formatted(field, pattern, reason));
    }

    /// Returns whether the pattern matches anywhere in a text.
    public boolean matchesIn(String text) {
        return pattern.matcher(text).find();
    }
}
