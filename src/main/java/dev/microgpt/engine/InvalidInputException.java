package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Thrown when an input is not valid. The message names the value and the allowed range; the accessors
/// return the same as data.
public final class InvalidInputException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /// The rule that the input breaks.
    public enum Reason {
        /// A number is out of its range, or a value is not one of those allowed.
        OUT_OF_RANGE,
        /// A text is empty, blank or not well-formed.
        INVALID_TEXT,
        /// A text has a character that does not occur in the training text.
        UNKNOWN_CHARACTER,
        /// A text exceeds a limit.
        TOO_LARGE
    }

    private final Reason reason;
    private final String field;
    private final transient @Nullable Object value;
    private final transient @Nullable Number min;
    private final transient @Nullable Number max;

    private InvalidInputException(
            Reason reason,
            String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max,
            String message) {
        super(message);
        this.reason = reason;
        this.field = field;
        this.value = value;
        this.min = min;
        this.max = max;
    }

    /// Returns the exception for a value that breaks the rule stated in `message`.
    public static InvalidInputException outOfRange(
            String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max,
            String message) {
        return new InvalidInputException(Reason.OUT_OF_RANGE, field, value, min, max, message);
    }

    /// Returns the exception for a text that is blank or not well-formed.
    public static InvalidInputException invalidText(String field, String message) {
        return new InvalidInputException(Reason.INVALID_TEXT, field, null, null, null, message);
    }

    /// Returns the exception for a character that does not occur in the training text.
    public static InvalidInputException unknownCharacter(
            String field, String character, String message) {
        return new InvalidInputException(
                Reason.UNKNOWN_CHARACTER, field, character, null, null, message);
    }

    /// Returns the exception for a text that has more than `max` of the quantity named by `field`.
    public static InvalidInputException tooLarge(String field, long max, String message) {
        return new InvalidInputException(Reason.TOO_LARGE, field, null, null, max, message);
    }

    /// Checks that `min <= value <= max`.
    ///
    /// @throws InvalidInputException if it is not
    public static void requireRange(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw outOfRange(
                    field,
                    value,
                    min,
                    max,
                    String.format(
                            Locale.ROOT,
                            "%s must be from %d to %d, but is %d",
                            field,
                            min,
                            max,
                            value));
        }
    }

    /// Checks that `min <= value <= max`.
    ///
    /// @throws InvalidInputException if it is not, or not a number
    public static void requireRange(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw outOfRange(
                    field,
                    value,
                    min,
                    max,
                    String.format(
                            Locale.ROOT,
                            "%s must be from %s to %s, but is %s",
                            field,
                            min,
                            max,
                            value));
        }
    }

    /// Returns the rule that the input breaks.
    public Reason reason() {
        return reason;
    }

    /// Returns the name of the invalid option or quantity, as spelled in JSON.
    public String field() {
        return field;
    }

    /// Returns the invalid value; null if it is too long to repeat, or is not a single value.
    public @Nullable Object value() {
        return value;
    }

    /// Returns the smallest allowed value; null if there is none.
    public @Nullable Number min() {
        return min;
    }

    /// Returns the largest allowed value; null if there is none.
    public @Nullable Number max() {
        return max;
    }
}
