package dev.microgpt.wire;

import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;

/// Reads the step of a query: an integer, or the string `best`.
public final class PastStepReader extends ValueDeserializer<PastStep> {

    /// How the step of the lowest validation loss is written.
    public static final String BEST = "best";

    private final IntegerReader<PastStep> numbers;

    private PastStepReader(IntegerReader<PastStep> numbers) {
        this.numbers = numbers;
    }

    static PastStepReader of(IntegerRanges ranges) {
        return new PastStepReader(IntegerReader.ofSteps(ranges));
    }

    @Override
    public PastStepReader createContextual(
            DeserializationContext context, @Nullable BeanProperty field) {
        return new PastStepReader(numbers.createContextual(context, field));
    }

    @Override
    public PastStep deserialize(JsonParser parser, DeserializationContext context) {
        boolean isBest = parser.hasToken(JsonToken.VALUE_STRING) && parser.getString().equals(BEST);
        return isBest ? PastStep.BEST : numbers.deserialize(parser, context);
    }
}
