package dev.microgpt.wire;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.InvalidFormatException;

import java.math.BigDecimal;

/// Reads JSON integers, including those spelled like `1.0` or `1e9`.
final class IntegerReader {

    private IntegerReader() {}

    /// Returns the current number as an integer.
    ///
    /// @param type the type whose range is `min` to `max`
    /// @throws InvalidFormatException if the number is not an integer
    /// @throws InputCoercionException if it is out of range
    static long read(JsonParser parser, Class<?> type, long min, long max) {
        BigDecimal number = parser.getDecimalValue();
        if (number.signum() == 0) {
            return 0; // 0e999999999 as well
        }
        // The number has few digits, but its exponent may be huge: 1e999999999 must not be
        // expanded.
        long integerDigits = (long) number.precision() - number.scale();
        if (number.stripTrailingZeros().scale() > 0) {
            throw InvalidFormatException.from(parser, "not an integer", number, type);
        }
        if (integerDigits > Long.toString(max).length()
                || number.compareTo(BigDecimal.valueOf(min)) < 0
                || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw new InputCoercionException(
                    parser,
                    "%s is not in the range from %d to %d".formatted(parser.getString(), min, max),
                    JsonToken.VALUE_NUMBER_INT,
                    type);
        }
        return number.longValue();
    }
}
