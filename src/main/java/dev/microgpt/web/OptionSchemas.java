package dev.microgpt.web;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.OptionReply;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.Schema;

import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Adds the options to the OpenAPI document: their defaults and ranges to the requests, and all of them to the replies
/// that show them.
@SuppressWarnings("rawtypes") // as in the library
@Configuration(proxyBeanMethods = false)
class OptionSchemas {

    private static final List<String> STEERING = List.of("SteerRequest", "RunRequest");
    private static final String INTEGER = "integer";

    @Bean
    OpenApiCustomizer options(Limits limits) {
        return openApi -> {
            addReplies(openApi.getComponents().getSchemas());
            for (ModelOption option : ModelOption.ALL) {
                Schema<Object> init = property(openApi.getComponents(), "InitRequest", option);
                setRange(init, option, limits);
                setDefault(init, OptionReply.of(option, limits).defaultValue());
                for (String request : option.isSteerable() ? STEERING : List.<String>of()) {
                    setRange(property(openApi.getComponents(), request, option), option, limits);
                }
            }
        };
    }

    private static void addReplies(Map<String, Schema> schemas) {
        Map<String, Schema> all = properties(_ -> true);
        Map<String, Schema> steerable = properties(ModelOption::isSteerable);
        setProperties(schemas, "ModelOptions", Map.of(), all);
        setProperties(schemas, "Steering", Map.of(), steerable);
        setProperties(
                schemas,
                "Phase",
                Map.of("fromStep", integer("int64", "They apply to the steps after this one")),
                steerable);
        setProperties(
                schemas,
                "ConfigReply",
                Map.of(
                        "headDim", integer("int32", "Width of one head"),
                        "vocabSize", integer("int32", "Tokens; 0 until documents are loaded"),
                        "numDocs", integer("int32", "Documents; 0 until they are loaded")),
                all);
    }

    private static void setProperties(
            Map<String, Schema> schemas,
            String name,
            Map<String, Schema> own,
            Map<String, Schema> options) {
        Schema<?> schema = Objects.requireNonNull(schemas.get(name), name);
        Map<String, Schema> properties = new TreeMap<>(own);
        properties.putAll(options);
        schema.setProperties(properties);
        schema.setAdditionalProperties(null);
        schema.setRequired(null);
    }

    private static Schema<?> integer(String format, String description) {
        return new Schema<>().type(INTEGER).format(format).description(description);
    }

    private static Map<String, Schema> properties(Predicate<ModelOption> condition) {
        Map<String, Schema> properties = new LinkedHashMap<>();
        for (ModelOption option : ModelOption.ALL) {
            if (condition.test(option)) {
                properties.put(option.name(), schema(option));
            }
        }
        return properties;
    }

    private static Schema<?> schema(ModelOption option) {
        return switch (option) {
            case IntegerOption integer ->
                    new Schema<>()
                            .type(INTEGER)
                            .format(integer.max() <= Integer.MAX_VALUE ? "int32" : "int64");
            case DecimalOption _ -> new Schema<>().type("number").format("double");
            case BooleanOption _ -> new Schema<>().type("boolean");
            case ChoiceOption<?> _ -> new Schema<>().type("string");
        };
    }

    @SuppressWarnings("unchecked") // the values of a schema may be of any type
    private static Schema<Object> property(
            Components components, String request, ModelOption option) {
        Schema<?> schema = Objects.requireNonNull(components.getSchemas().get(request), request);
        Schema<?> property = (Schema<?>) schema.getProperties().get(option.name());
        return (Schema<Object>) Objects.requireNonNull(property, request + "." + option.name());
    }

    private static void setRange(Schema<Object> property, ModelOption option, Limits limits) {
        switch (option) {
            case IntegerOption integer -> {
                property.setMinimum(BigDecimal.valueOf(integer.min()));
                property.setMaximum(BigDecimal.valueOf(limits.max(integer)));
            }
            case DecimalOption decimal when decimal.max() == Double.MAX_VALUE -> {
                if (decimal.min() == 0) { // otherwise any above 0, as the descriptions say
                    property.setMinimum(BigDecimal.ZERO);
                }
            }
            case DecimalOption decimal -> {
                property.setMinimum(BigDecimal.valueOf(decimal.min()));
                property.setMaximum(BigDecimal.valueOf(decimal.max()));
            }
            case BooleanOption _ -> {}
            case ChoiceOption<?> _ ->
                    property.setEnum(
                            List.copyOf(
                                    Objects.requireNonNull(
                                            OptionReply.of(option, limits).choices())));
        }
    }

    private static void setDefault(Schema<Object> property, Object value) {
        property.setDefault(value);
        property.setExample(value);
    }
}
