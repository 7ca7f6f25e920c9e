package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Explains errors in JSON without reference to the parser.
final class JsonProblems {

    /// Where Jackson's description of a syntax error ends and its hint begins which setting of the parser would
    /// accept the input.
    private static final List<String> HINTS =
            List.of(": enable `", " (not recognized as one since");

    private JsonProblems() {}

    static Problem of(JacksonException e) {
        String path = path(e);
        String field = path.isEmpty() ? "the body" : path;
        return switch (e) {
            case UnrecognizedPropertyException unknown -> ofUnknownField(unknown, field);
            case InvalidTypeIdException type ->
                    Problem.of(
                            ErrorCode.OUT_OF_RANGE,
                            type.getTypeId() == null
                                    ? "the message has no type"
                                    : "there is no message of type '%s'"
                                            .formatted(type.getTypeId()),
                            "type",
                            type.getTypeId());
            case JsonTrees.ExponentException exponent -> ofExponent(exponent);
            case InvalidFormatException wrong when isNotFinite(wrong.getValue()) ->
                    ofNotFinite(wrong);
            case InvalidFormatException wrong ->
                    Problems.wrongType(
                            field,
                            wrong.getTargetType(),
                            wrong.getValue(),
                            String.valueOf(wrong.getValue()));
            case MismatchedInputException wrong when path.isEmpty() && isAfterEnd(wrong) ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON,
                            "the body continues after the end of the JSON value");
            case MismatchedInputException wrong ->
                    Problem.of(
                            ErrorCode.WRONG_TYPE,
                            "%s must be %s"
                                    .formatted(field, Problems.describe(wrong.getTargetType())),
                            field,
                            null);
            case StreamConstraintsException tooLarge -> // by JsonLimits
                    Problem.of(ErrorCode.MALFORMED_JSON, tooLarge.getOriginalMessage());
            case UnexpectedEndOfInputException end ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON,
                            at(end, "the JSON ends before it is complete"));
            case StreamReadException syntax ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON,
                            at(syntax, withoutHint(syntax.getOriginalMessage())));
            default -> Problem.of(ErrorCode.MALFORMED_JSON, e.getOriginalMessage());
        };
    }

    private static Problem ofUnknownField(UnrecognizedPropertyException e, String field) {
        Collection<Object> known = e.getKnownPropertyIds();
        return Problem.of(
                ErrorCode.UNKNOWN_FIELD,
                "there is no field '%s'; the known fields are: %s"
                        .formatted(
                                field,
                                known == null
                                        ? ""
                                        : known.stream()
                                                .map(String::valueOf)
                                                .sorted()
                                                .collect(Collectors.joining(", "))),
                field,
                null);
    }

    private static boolean isNotFinite(@Nullable Object value) {
        return value instanceof Double number && !Double.isFinite(number);
    }

    private static Problem ofNotFinite(InvalidFormatException e) {
        String token = String.valueOf(e.getValue());
        return Problem.of(
                ErrorCode.MALFORMED_JSON,
                at(e, "JSON has no number " + token + "; numbers must be finite"),
                position(e),
                token);
    }

    private static Problem ofExponent(JsonTrees.ExponentException e) {
        return Problem.of(
                ErrorCode.MALFORMED_JSON, at(e, e.getOriginalMessage()), position(e), e.number());
    }

    /// Returns whether the parser was beyond the first value of the input.
    private static boolean isAfterEnd(JacksonException e) {
        TokenStreamContext context = context(e);
        while (context != null && !context.inRoot()) {
            context = context.getParent();
        }
        return context != null && context.getCurrentIndex() > 0;
    }

    /// Only Jackson's text tells some things, such as the offending character; no type of exception and no state
    /// of the parser does. So the text is passed on, up to the hint.
    private static String withoutHint(String description) {
        int end = description.length();
        for (String hint : HINTS) {
            int start = description.indexOf(hint);
            end = start < 0 ? end : Math.min(end, start);
        }
        return description.substring(0, end);
    }

    private static String at(JacksonException e, String message) {
        return String.format(
                Locale.ROOT,
                "line %d, column %d: %s",
                e.getLocation().getLineNr(),
                e.getLocation().getColumnNr(),
                message);
    }

    /// Returns the path of the field with an error, such as `stopWhen.lossBelow`; empty for the body.
    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference part : e.getPath()) {
            if (part.getPropertyName() == null) {
                path.append('[').append(part.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(part.getPropertyName());
            }
        }
        return path.toString();
    }

    /// Returns the path of the field that the parser was reading, which is known even where no field of a
    /// request was; null at the top level.
    private static @Nullable String position(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (TokenStreamContext context = context(e);
                context != null && !context.inRoot();
                context = context.getParent()) {
            String part =
                    context.inArray()
                            ? "[" + context.getCurrentIndex() + "]"
                            : context.currentName();
            boolean needsDot = !path.isEmpty() && path.charAt(0) != '[';
            path.insert(0, part + (needsDot ? "." : ""));
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static @Nullable TokenStreamContext context(JacksonException e) {
        return e.processor() instanceof JsonParser parser ? parser.streamReadContext() : null;
    }
}
