package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongFunction;

/// Reads JSON integers, including those spelled like `1.0` or `1e9`.
final class IntegerReader<T> extends ValueDeserializer<T> {

    private static final Set<JsonToken> TOKENS =
            Set.of(JsonToken.VALUE_NUMBER_INT, JsonToken.VALUE_NUMBER_FLOAT);

    private final IntegerRanges ranges;
    private final Class<T> type;
    private final long min;
    private final long max;
    private final LongFunction<T> box;
    private final @Nullable BeanProperty property;

    private IntegerReader(
            IntegerRanges ranges,
            Class<T> type,
            long min,
            long max,
            LongFunction<T> box,
            @Nullable BeanProperty property) {
        this.ranges = ranges;
        this.type = type;
        this.min = min;
        this.max = max;
        this.box = box;
        this.property = property;
    }

    static IntegerReader<Integer> ofInts(IntegerRanges ranges) {
        return new IntegerReader<>(
                ranges,
                Integer.class,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                value -> (int) value,
                null);
    }

    static IntegerReader<Long> ofLongs(IntegerRanges ranges) {
        return new IntegerReader<>(
                ranges, Long.class, Long.MIN_VALUE, Long.MAX_VALUE, value -> value, null);
    }

    static IntegerReader<PastStep> ofSteps(IntegerRanges ranges) {
        return new IntegerReader<>(
                ranges, PastStep.class, Long.MIN_VALUE, Long.MAX_VALUE, PastStep::at, null);
    }

    @Override
    public IntegerReader<T> createContextual(
            DeserializationContext context, @Nullable BeanProperty field) {
        return new IntegerReader<>(ranges, type, min, max, box, field);
    }

    /// @throws InvalidFormatException if the current value is not an integer
    /// @throws InvalidInputException if it does not fit into the type
    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) {
        JsonConfiguration.requireToken(parser, type, TOKENS);
        BigDecimal number;
        try {
            number = parser.getDecimalValue();
        } catch (NumberFormatException _) {
            number = withoutExponent(parser);
        }
        if (number.signum() == 0) {
            return box.apply(0); // 0e999999999 as well
        }
        // The number has few digits, but its exponent may be huge: 1e999999999 must not be
        // expanded.
        long integerDigits = (long) number.precision() - number.scale();
        if (integerDigits > Long.toString(max).length()) {
            throw outOfRange(parser);
        }
        if (number.stripTrailingZeros().scale() > 0) {
            throw InvalidFormatException.from(parser, "not an integer", number, type);
        }
        if (number.compareTo(BigDecimal.valueOf(min)) < 0
                || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw outOfRange(parser);
        }
        return box.apply(number.longValue());
    }

    /// Returns 0 for a number like 0e9999999999, whose exponent does not fit into the int of a [BigDecimal].
    ///
    /// @throws InvalidFormatException for one like 1e-9999999999
    /// @throws InvalidInputException for one like 1e9999999999
    private BigDecimal withoutExponent(JsonParser parser) {
        String text = parser.getString();
        int exponent = text.toLowerCase(Locale.ROOT).indexOf('e');
        if (new BigDecimal(text.substring(0, exponent)).signum() == 0) {
            return BigDecimal.ZERO;
        }
        if (text.charAt(exponent + 1) == '-') {
            throw InvalidFormatException.from(parser, "not an integer", text, type);
        }
        throw outOfRange(parser);
    }

    private InvalidInputException outOfRange(JsonParser parser) {
        String number = parser.getString();
        return property == null
                ? IntegerRanges.Range.of(min, max).outOfRange("the number", number)
                : ranges.outOfRange(
                        property.getMember().getDeclaringClass(), property.getName(), type, number);
    }
}
