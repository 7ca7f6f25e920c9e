package dev.microgpt.checkpoint;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.Locale;

/// Reads and writes the options of a model as JSON, with the property names of the REST API.
final class OptionsJson {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private OptionsJson() {}

    static String write(ModelOptions options) {
        ObjectNode node = JSON.createObjectNode();
        for (ModelOption option : OptionValues.of(options, _ -> true).written().values().keySet()) {
            switch (option) {
                case IntegerOption integer -> node.put(integer.name(), integer.value(options));
                case DecimalOption decimal -> node.put(decimal.name(), decimal.value(options));
                case BooleanOption bool -> node.put(bool.name(), bool.value(options));
                case ChoiceOption<?> choice ->
                        node.put(choice.name(), lowerCase(choice.value(options)));
            }
        }
        return JSON.writeValueAsString(node);
    }

    /// @throws InvalidCheckpointException if the text is not JSON, or an option is missing or of a wrong type
    /// @throws dev.microgpt.engine.InvalidInputException if an option is out of its range
    static ModelOptions read(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new InvalidCheckpointException(
                    "the options are not JSON: " + e.getOriginalMessage(), e);
        }
        requireKnown(node);
        ModelOptions.Builder options = ModelOptions.builder();
        for (ModelOption option : ModelOption.ALL) {
            JsonNode value = node.path(option.name());
            if (value.isMissingNode() && !isRequired(option)) {
                continue;
            }
            switch (option) {
                case IntegerOption integer -> read(integer, value, options);
                case DecimalOption decimal -> read(decimal, value, options);
                case BooleanOption bool -> read(bool, value, options);
                case ChoiceOption<?> choice -> read(choice, value, options);
            }
        }
        return options.build();
    }

    private static boolean isRequired(ModelOption option) {
        return ModelOption.BASIC.contains(option);
    }

    /// An option that this version does not know would change what the parameters mean.
    private static void requireKnown(JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidCheckpointException("the options are not a JSON object");
        }
        for (String name : node.propertyNames()) {
            if (ModelOption.find(name) == null) {
                throw new InvalidCheckpointException(
                        "the file has an option '%s', which this version does not know"
                                .formatted(name));
            }
        }
    }

    private static void read(IntegerOption option, JsonNode value, ModelOptions.Builder options) {
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < option.min()
                || value.longValue() > option.max()) {
            throw invalid(option.name(), value);
        }
        option.set(options, value.longValue());
    }

    private static void read(DecimalOption option, JsonNode value, ModelOptions.Builder options) {
        if (!value.isNumber()) {
            throw invalid(option.name(), value);
        }
        option.set(options, value.doubleValue());
    }

    private static void read(BooleanOption option, JsonNode value, ModelOptions.Builder options) {
        if (!value.isBoolean()) {
            throw invalid(option.name(), value);
        }
        option.set(options, value.booleanValue());
    }

    private static <E extends Enum<E>> void read(
            ChoiceOption<E> option, JsonNode value, ModelOptions.Builder options) {
        for (E constant : option.choices()) {
            if (value.isString() && value.stringValue().equals(lowerCase(constant))) {
                option.set(options, constant);
                return;
            }
        }
        throw invalid(option.name(), value);
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static InvalidCheckpointException invalid(String name, JsonNode value) {
        return new InvalidCheckpointException(
                value.isMissingNode()
                        ? "the option %s is missing".formatted(name)
                        : "the option %s cannot be %s".formatted(name, value));
    }
}
