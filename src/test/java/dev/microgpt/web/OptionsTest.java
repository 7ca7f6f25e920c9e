package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.stream.Collectors.toMap;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;
import dev.microgpt.wire.InitRequest;
import dev.microgpt.wire.RunRequest;
import dev.microgpt.wire.SteerRequest;
import dev.microgpt.wire.WeightsQuery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tests that whatever lists the options of a model has all of them, as [ModelOption] describes them.
@ServiceTest
final class OptionsTest {

    private static final List<ModelOption> ALL = ModelOption.ALL;
    private static final List<ModelOption> STEERABLE =
            ALL.stream().filter(ModelOption::isSteerable).toList();

    private final Api api;

    OptionsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private static List<String> names(List<ModelOption> options, String... others) {
        return Stream.concat(options.stream().map(ModelOption::name), Stream.of(others)).toList();
    }

    private static List<String> components(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// Returns a valid value other than the default.
    private static Object otherValue(ModelOption option) {
        return switch (option) {
            case IntegerOption integer -> Math.max(2, 2 * integer.defaultValue());
            case DecimalOption decimal -> decimal.defaultValue() / 2 + 0.001;
            case BooleanOption bool -> !bool.defaultValue();
            case ChoiceOption<?> choice -> lowerCase(choice.choices().getLast());
        };
    }

    @Test
    void requestsAndRepliesHaveEachOption() {
        assertThat(components(InitRequest.class))
                .containsExactlyInAnyOrderElementsOf(names(ALL, "preset", "text", "dataset"));
        assertThat(components(WeightsQuery.class))
                .containsExactlyInAnyOrderElementsOf(names(ALL, "preset", "alphabet", "dataset"));
    }

    private static List<String> properties(JsonNode schemas, String name) {
        return List.copyOf(schemas.path(name).path("properties").propertyNames());
    }

    @Test
    void theOpenApiDocumentHasEachOptionOfTheReplies() {
        JsonNode schemas = api.send(api.root("/v3/api-docs")).ok().at("/components/schemas");

        assertThat(properties(schemas, "ModelOptions"))
                .containsExactlyInAnyOrderElementsOf(names(ALL));
        assertThat(properties(schemas, "ConfigReply"))
                .containsExactlyInAnyOrderElementsOf(names(ALL, "headDim", "numDocs"));
        assertThat(properties(schemas, "Steering"))
                .containsExactlyInAnyOrderElementsOf(names(STEERABLE));
        assertThat(properties(schemas, "Phase"))
                .containsExactlyInAnyOrderElementsOf(names(STEERABLE, "fromStep"));
    }

    @Test
    void whatSteersHasEachSteerableOption() {
        assertThat(components(SteerRequest.class))
                .containsExactlyInAnyOrderElementsOf(names(STEERABLE));
        assertThat(components(RunRequest.class))
                .containsExactlyInAnyOrderElementsOf(
                        names(STEERABLE, "steps", "stepsPerSecond", "stopWhen"));
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void aSessionIsCreatedWithEachOption(ModelOption option) {
        Object value = otherValue(option);
        api.init("options", Map.of(option.name(), value));

        JsonNode view = api.view("options").path("options");
        assertThat(view.path(option.name()).asString()).isEqualTo(value.toString());
        JsonNode config = api.get("/sessions/options/config").ok();
        if (!isOfTheModel(option.name())) {
            assertThat(config.path(option.name()).asString()).isEqualTo(value.toString());
        }
        JsonNode defaults = described();
        config.forEachEntry(
                (name, shown) -> {
                    boolean isOther = !name.equals(option.name()) && !isOfTheModel(name);
                    if (isOther && names(ALL).contains(name)) {
                        assertThat(shown)
                                .as(name)
                                .isEqualTo(option(defaults, name).path("default"));
                    }
                });
    }

    /// Whether the configuration shows what the model has, which may differ from the option.
    private static boolean isOfTheModel(String name) {
        return name.equals("vocabSize");
    }

    private JsonNode described() {
        return api.get("/limits").ok().path("options");
    }

    private static JsonNode option(JsonNode described, String name) {
        return described
                .valueStream()
                .filter(option -> option.path("name").asString("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @FieldSource("STEERABLE")
    void eachSteerableOptionIsChanged(ModelOption option) {
        Object value = otherValue(option);
        api.initSixNames("options");
        api.patch("/sessions/options", Map.of(option.name(), value)).ok();

        JsonNode history = api.get("/sessions/options/history").ok();
        for (JsonNode place :
                List.of(
                        api.view("options").path("options"),
                        history.path("events").valueStream().toList().getLast().path("steering"),
                        history.path("schedule").valueStream().toList().getLast())) {
            assertThat(place.path(option.name()).asString("")).isEqualTo(value.toString());
        }
    }

    @Test
    void theLimitsDescribeThem() {
        JsonNode described = described();

        assertThat(described.valueStream().map(option -> option.path("name").stringValue()))
                .containsExactlyElementsOf(names(ALL));
        assertThat(option(described, "nEmbd").toString())
                .isEqualTo(
                        "{\"name\":\"nEmbd\",\"type\":\"integer\",\"default\":16,\"min\":1,"
                                + "\"max\":1024,\"steerable\":false}");
        assertThat(option(described, "learningRate").toString())
                .isEqualTo(
                        "{\"name\":\"learningRate\",\"type\":\"number\",\"default\":0.01,"
                                + "\"min\":4.9E-324,\"max\":1.7976931348623157E308,"
                                + "\"steerable\":true}");
        assertThat(option(described, "engine").toString())
                .isEqualTo(
                        "{\"name\":\"engine\",\"type\":\"string\",\"default\":\"tensor\","
                                + "\"choices\":[\"tensor\",\"scalar\"],\"steerable\":false}");
        assertThat(option(described, "seed").path("ranges").toString())
                .isEqualTo(
                        "{\"mulberry32\":{\"min\":-2147483648,\"max\":4294967295},"
                                + "\"python\":{\"min\":0,\"max\":9223372036854775807}}");
    }

    /// An option as large as an `int` would let one request take all memory.
    @Test
    void eachSizeHasALimit() {
        assertThat(described().valueStream().map(option -> option.path("max").asLong(0)))
                .doesNotContain((long) Integer.MAX_VALUE);
    }

    @Test
    void theOpenApiDocumentHasTheirDefaultsAndRanges() {
        JsonNode schemas = api.send(api.root("/v3/api-docs")).ok().at("/components/schemas");
        for (JsonNode option : described()) {
            String name = option.path("name").stringValue();
            JsonNode property = schemas.at("/InitRequest/properties/" + name);
            assertThat(property.path("default")).as(name).isEqualTo(option.path("default"));
            if (option.path("type").asString("").equals("integer")) {
                assertThat(property.path("minimum")).as(name).isEqualTo(option.path("min"));
                assertThat(property.path("maximum")).as(name).isEqualTo(option.path("max"));
            }
            assertThat(property.path("enum")).as(name).isEqualTo(option.path("choices"));
        }
    }

    @Test
    void theDocumentsHaveTheirDefaults() throws IOException {
        Map<String, String> rows =
                Pattern.compile("(?m)^\\| `(\\w+)` \\| `?([^ `]+)`? \\| ")
                        .matcher(Files.readString(Path.of("src/site/markdown/api.md")))
                        .results()
                        .collect(toMap(row -> row.group(1), row -> row.group(2), (a, _) -> a));

        assertThat(described())
                .allSatisfy(
                        option ->
                                assertThat(rows)
                                        .containsEntry(
                                                option.path("name").stringValue(),
                                                option.path("default").asString()));
    }

    /// A label for each option, words for each choice, and a short word for each steerable option.
    @Test
    void thePageHasWordsForEach() throws IOException {
        JsonNode words =
                Json.parse(
                                Files.readString(
                                        Path.of("src/main/resources/static/texts/en/common.json")))
                        .path("options");

        assertThat(words.propertyNames()).containsExactlyInAnyOrderElementsOf(names(ALL));
        for (ModelOption option : ALL) {
            JsonNode own = words.path(option.name());
            assertThat(own.path("label").isString()).as(option.name()).isTrue();
            assertThat(own.has("word")).as(option.name()).isEqualTo(option.isSteerable());
            if (option instanceof ChoiceOption<?> choice) {
                assertThat(own.path("choices").propertyNames())
                        .containsAll(
                                choice.choices().stream().map(OptionsTest::lowerCase).toList());
            }
        }
    }
}
