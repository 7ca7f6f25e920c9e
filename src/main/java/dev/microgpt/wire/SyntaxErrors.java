package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamReadException;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Explains syntax errors in JSON without reference to the parser.
final class SyntaxErrors {

    private static final Pattern NON_FINITE_NUMBER =
            Pattern.compile("Non-standard token '([^']*)'.*");

    /// Parts of Jackson's messages that are of no use to clients: which setting would allow the input, and
    /// where an unclosed object or array starts.
    private static final Pattern PARSER_DETAILS =
            Pattern.compile(
                    ": enable `[^`]*` to allow| \\(not recognized as one since [^)]*\\)"
                            + "| \\(start marker at.*");

    private SyntaxErrors() {}

    /// Returns the problem for a syntax error, with its line and column.
    static Problem problem(StreamReadException e) {
        String message = e.getOriginalMessage();
        Matcher number = NON_FINITE_NUMBER.matcher(message);
        String field = field(e);
        if (number.matches()) {
            String token = number.group(1);
            return Problem.of(
                    ErrorCode.MALFORMED_JSON,
                    at(e, "JSON has no number " + token + "; numbers must be finite"),
                    field,
                    token);
        }
        return Problem.of(
                ErrorCode.MALFORMED_JSON,
                at(e, PARSER_DETAILS.matcher(message).replaceAll("")),
                null,
                null);
    }

    private static String at(StreamReadException e, String message) {
        return String.format(
                Locale.ROOT,
                "line %d, column %d: %s",
                e.getLocation().getLineNr(),
                e.getLocation().getColumnNr(),
                message);
    }

    /// Returns the path of the field being read, such as `stopWhen.lossBelow`; null at the top level.
    private static @Nullable String field(StreamReadException e) {
        JsonParser parser = e.processor();
        TokenStreamContext context = parser == null ? null : parser.streamReadContext();
        StringBuilder path = new StringBuilder();
        for (; context != null && !context.inRoot(); context = context.getParent()) {
            String part =
                    context.inArray()
                            ? "[" + context.getCurrentIndex() + "]"
                            : context.currentName();
            boolean needsDot = !path.isEmpty() && path.charAt(0) != '[';
            path.insert(0, part + (needsDot ? "." : ""));
        }
        return path.isEmpty() ? null : path.toString();
    }
}
