package dev.microgpt.checkpoint;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;

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

    private static final int NUM_OPTIONS = 10;

    private OptionsJson() {}

    static String write(ModelOptions options) {
        ObjectNode node = JSON.createObjectNode();
        node.put("seed", options.seed());
        node.put("nEmbd", options.nEmbd());
        node.put("nHead", options.nHead());
        node.put("nLayer", options.nLayer());
        node.put("blockSize", options.blockSize());
        node.put("learningRate", options.learningRate());
        node.put("numSteps", options.numSteps());
        node.put("engine", options.engine().name().toLowerCase(Locale.ROOT));
        node.put("random", options.random().name().toLowerCase(Locale.ROOT));
        node.put("batchSize", options.batchSize());
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
        if (node.size() != NUM_OPTIONS) {
            throw new InvalidCheckpointException(
                    "the file must have %d options, but has %d"
                            .formatted(NUM_OPTIONS, node.size()));
        }
        return ModelOptions.builder()
                .seed(integer(node, "seed", Long.MIN_VALUE, Long.MAX_VALUE))
                .nEmbd(positiveInt(node, "nEmbd"))
                .nHead(positiveInt(node, "nHead"))
                .nLayer(positiveInt(node, "nLayer"))
                .blockSize(positiveInt(node, "blockSize"))
                .learningRate(number(node, "learningRate"))
                .numSteps(integer(node, "numSteps", 1, Long.MAX_VALUE))
                .engine(enumValue(node, "engine", EngineKind.class))
                .random(enumValue(node, "random", RandomKind.class))
                .batchSize(positiveInt(node, "batchSize"))
                .build();
    }

    private static int positiveInt(JsonNode node, String name) {
        return (int) integer(node, name, 1, Integer.MAX_VALUE);
    }

    private static long integer(JsonNode node, String name, long min, long max) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw invalid(name, value);
        }
        return value.longValue();
    }

    private static double number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isNumber()) {
            throw invalid(name, value);
        }
        return value.doubleValue();
    }

    private static <E extends Enum<E>> E enumValue(JsonNode node, String name, Class<E> type) {
        JsonNode value = node.path(name);
        for (E constant : type.getEnumConstants()) {
            String constantName = constant.name().toLowerCase(Locale.ROOT);
            if (value.isString() && value.stringValue().equals(constantName)) {
                return constant;
            }
        }
        throw invalid(name, value);
    }

    private static InvalidCheckpointException invalid(String name, JsonNode value) {
        return new InvalidCheckpointException(
                value.isMissingNode()
                        ? "the option %s is missing".formatted(name)
                        : "the option %s cannot be %s".formatted(name, value));
    }
}
