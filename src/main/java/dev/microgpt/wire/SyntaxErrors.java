package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamReadException;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says what is wrong with a body that is not JSON, to people who do not know which parser reads it.
final class SyntaxErrors {

    private static final Pattern NO_NUMBER = Pattern.compile("Non-standard token '([^']*)'.*");

    /// What Jackson says of itself: how it could be told to take something all the same, and where an
    /// object began that does not end.
    private static final Pattern OF_JACKSON =
            Pattern.compile(
                    ": enable `[^`]*` to allow| \\(not recognized as one since [^)]*\\)"
                            + "| \\(start marker at.*");

    private SyntaxErrors() {}

    static Problem problem(StreamReadException e) {
        String message = e.getOriginalMessage();
        Matcher number = NO_NUMBER.matcher(message);
        String field = field(e);
        if (number.matches()) {
            String token = number.group(1);
            return Problem.of(
                    ErrorCode.MALFORMED_JSON,
                    at(e, "JSON has no number " + token + "; give one that is finite"),
                    field,
                    token);
        }
        return Problem.of(
                ErrorCode.MALFORMED_JSON,
                at(e, OF_JACKSON.matcher(message).replaceAll("")),
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

    /// What was being read, such as `stopWhen.lossBelow`; null at the top.
    private static @Nullable String field(StreamReadException e) {
        JsonParser parser = e.processor();
        TokenStreamContext place = parser == null ? null : parser.streamReadContext();
        StringBuilder path = new StringBuilder();
        for (; place != null && !place.inRoot(); place = place.getParent()) {
            String part =
                    place.inArray() ? "[" + place.getCurrentIndex() + "]" : place.currentName();
            boolean needsDot = !path.isEmpty() && path.charAt(0) != '[';
            path.insert(0, part + (needsDot ? "." : ""));
        }
        return path.isEmpty() ? null : path.toString();
    }
}
