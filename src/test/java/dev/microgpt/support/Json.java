package dev.microgpt.support;

import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.stream.IntStream;

/// Reads and writes JSON. Reading is strict: NaN, trailing characters and duplicate keys are errors.
public final class Json {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Json() {}

    public static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    public static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    public static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    public static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).toList();
    }

    /// Returns the numbers of nested arrays in reading order.
    public static double[] flat(JsonNode arrays) {
        return IntStream.range(0, arrays.size())
                .mapToObj(arrays::get)
                .flatMapToDouble(
                        item ->
                                item.isArray()
                                        ? java.util.Arrays.stream(flat(item))
                                        : java.util.stream.DoubleStream.of(item.doubleValue()))
                .toArray();
    }
}
