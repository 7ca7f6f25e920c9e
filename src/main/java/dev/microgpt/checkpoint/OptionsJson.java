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

/// The options of a model as JSON, with the names that they have in the REST interface.
final class OptionsJson {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private static final int NUMBER = 10;

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

    /// @throws InvalidCheckpointException if that is no text of options
    /// @throws dev.microgpt.engine.InvalidInputException if one is out of its range
    static ModelOptions read(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new InvalidCheckpointException(
                    "the options are not JSON: " + e.getOriginalMessage(), e);
        }
        if (node.size() != NUMBER) {
            throw new InvalidCheckpointException(
                    "there must be %d options, but there are %d".formatted(NUMBER, node.size()));
        }
        return ModelOptions.builder()
                .seed(integer(node, "seed", Long.MIN_VALUE, Long.MAX_VALUE))
                .nEmbd(small(node, "nEmbd"))
                .nHead(small(node, "nHead"))
                .nLayer(small(node, "nLayer"))
                .blockSize(small(node, "blockSize"))
                .learningRate(number(node, "learningRate"))
                .numSteps(integer(node, "numSteps", 1, Long.MAX_VALUE))
                .engine(word(node, "engine", EngineKind.class))
                .random(word(node, "random", RandomKind.class))
                .batchSize(small(node, "batchSize"))
                .build();
    }

    private static int small(JsonNode node, String name) {
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

    private static <E extends Enum<E>> E word(JsonNode node, String name, Class<E> type) {
        JsonNode value = node.path(name);
        for (E constant : type.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT);
            if (value.isString() && value.stringValue().equals(word)) {
                return constant;
            }
        }
        throw invalid(name, value);
    }

    private static InvalidCheckpointException invalid(String name, JsonNode value) {
        return new InvalidCheckpointException(
                "the option %s cannot be %s"
                        .formatted(name, value.isMissingNode() ? "absent" : value));
    }
}
