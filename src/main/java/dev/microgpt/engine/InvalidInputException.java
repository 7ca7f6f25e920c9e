package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// An input that the engine cannot work with. The message names the value and what is allowed; the
/// accessors give the same to programs.
public final class InvalidInputException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /// What is wrong with the input.
    public enum Reason {
        /// A number outside its range, or not one of the allowed words.
        OUT_OF_RANGE,
        /// A text that is empty, blank or not well-formed.
        INVALID_TEXT,
        /// A text with a character that the training text does not have.
        UNKNOWN_CHARACTER,
        /// A text that exceeds a limit.
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

    /// A value that breaks the rule which `message` states.
    public static InvalidInputException outOfRange(
            String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max,
            String message) {
        return new InvalidInputException(Reason.OUT_OF_RANGE, field, value, min, max, message);
    }

    /// A text that is blank or not well-formed.
    public static InvalidInputException invalidText(String field, String message) {
        return new InvalidInputException(Reason.INVALID_TEXT, field, null, null, null, message);
    }

    /// A character that the training text does not have.
    public static InvalidInputException unknownCharacter(
            String field, String character, String message) {
        return new InvalidInputException(
                Reason.UNKNOWN_CHARACTER, field, character, null, null, message);
    }

    /// A text that is larger than `max` in the quantity that `field` names.
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

    static void requirePositive(String field, int value) {
        requireRange(field, value, 1, Integer.MAX_VALUE);
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

    public Reason reason() {
        return reason;
    }

    /// The option or quantity at fault, as the JSON interface spells it.
    public String field() {
        return field;
    }

    /// The offending value, where it is short enough to repeat.
    public @Nullable Object value() {
        return value;
    }

    public @Nullable Number min() {
        return min;
    }

    public @Nullable Number max() {
        return max;
    }
}
