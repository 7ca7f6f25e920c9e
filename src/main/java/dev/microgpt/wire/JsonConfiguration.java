package dev.microgpt.wire;

import dev.microgpt.session.query.PastStep;

import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

import java.util.Set;
import java.util.function.Function;

/// Configures how JSON is read, strictly and without guessing, and how it is written.
@Configuration(proxyBeanMethods = false)
public class JsonConfiguration {

    @Bean
    public JsonFactoryBuilderCustomizer boundedJson() {
        return builder -> builder.streamReadConstraints(new JsonLimits());
    }

    @Bean
    public JsonMapperBuilderCustomizer strictJson(IntegerRanges ranges) {
        return builder -> customize(builder, ranges);
    }

    private static void customize(JsonMapper.Builder builder, IntegerRanges ranges) {
        builder.enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                // NaN and the like reach the readers, which reject them by field and value. Trees
                // do so as well, where a double could not tell Infinity from 1e999.
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(
                        JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                        JsonNodeFeature.FAIL_ON_NAN_TO_BIG_DECIMAL_COERCION)
                .withCoercionConfigDefaults(
                        config -> {
                            for (CoercionInputShape shape : CoercionInputShape.values()) {
                                config.setCoercion(shape, CoercionAction.Fail);
                            }
                        })
                .addModule(writers())
                .addModule(readers(ranges));
    }

    /// Returns deserializers that accept a scalar only as a token of its own type; by default, Jackson would
    /// accept the string "NaN" as a number, for example.
    private static SimpleModule readers(IntegerRanges ranges) {
        return new SimpleModule("microgpt-readers")
                .addDeserializer(Integer.class, IntegerReader.ofInts(ranges))
                .addDeserializer(Long.class, IntegerReader.ofLongs(ranges))
                .addDeserializer(PastStep.class, PastStepReader.of(ranges))
                .addDeserializer(
                        Double.class,
                        new ScalarDeserializer<>(
                                Double.class,
                                JsonConfiguration::readDouble,
                                JsonToken.VALUE_NUMBER_INT,
                                JsonToken.VALUE_NUMBER_FLOAT))
                .addDeserializer(
                        Boolean.class,
                        new ScalarDeserializer<>(
                                Boolean.class,
                                JsonParser::getBooleanValue,
                                JsonToken.VALUE_TRUE,
                                JsonToken.VALUE_FALSE))
                .addDeserializer(
                        String.class,
                        new ScalarDeserializer<>(
                                String.class, JsonParser::getString, JsonToken.VALUE_STRING));
    }

    private static double readDouble(JsonParser parser) {
        return parser.getNumberType() == JsonParser.NumberType.BIG_DECIMAL
                ? parser.getDecimalValue()
                        .doubleValue() // infinite for 1e999, which a tree refuses to return
                : parser.getDoubleValue();
    }

    private static final class ScalarDeserializer<T> extends ValueDeserializer<T> {

        private final Class<T> type;
        private final Function<JsonParser, T> read;
        private final Set<JsonToken> tokens;

        ScalarDeserializer(Class<T> type, Function<JsonParser, T> read, JsonToken... tokens) {
            this.type = type;
            this.read = read;
            this.tokens = Set.of(tokens);
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) {
            requireToken(parser, type, tokens);
            return read.apply(parser);
        }
    }

    /// Checks that the current value is of a type.
    ///
    /// @param tokens the tokens of the type
    /// @throws MismatchedInputException if it is not, with the value if that is a scalar
    static void requireToken(JsonParser parser, Class<?> type, Set<JsonToken> tokens) {
        if (parser.isNaN()) { // or infinite
            throw InvalidFormatException.from(parser, "not finite", parser.getDoubleValue(), type);
        }
        if (tokens.contains(parser.currentToken())) {
            return;
        }
        if (parser.currentToken().isScalarValue()) {
            throw InvalidFormatException.from(
                    parser, "not a " + type.getSimpleName(), scalar(parser), type);
        }
        throw MismatchedInputException.from(parser, type, "not a " + type.getSimpleName());
    }

    private static Object scalar(JsonParser parser) {
        try {
            return parser.readValueAs(JsonNode.class);
        } catch (NumberFormatException _) { // the exponent is too large for a tree
            return parser.getString();
        }
    }

    private static SimpleModule writers() {
        return new SimpleModule("microgpt")
                .addSerializer(Double.class, new DoubleSerializer())
                .addSerializer(double.class, new DoubleSerializer())
                .addSerializer(double[].class, new DoublesSerializer())
                .addSerializer(Enum.class, new EnumSerializer());
    }

    /// Writes a number; null if it is not finite, as JSON cannot express it.
    private static void write(double value, JsonGenerator json) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    private static final class DoubleSerializer extends ValueSerializer<Double> {

        @Override
        public void serialize(Double value, JsonGenerator json, SerializationContext context) {
            write(value, json);
        }
    }

    private static final class DoublesSerializer extends ValueSerializer<double[]> {

        @Override
        public void serialize(double[] values, JsonGenerator json, SerializationContext context) {
            json.writeStartArray(values, values.length);
            for (double value : values) {
                write(value, json);
            }
            json.writeEndArray();
        }
    }

    @SuppressWarnings("rawtypes")
    private static final class EnumSerializer extends ValueSerializer<Enum> {

        @Override
        public void serialize(Enum value, JsonGenerator json, SerializationContext context) {
            json.writeString(EnumNames.lowerCase(value));
        }
    }
}
