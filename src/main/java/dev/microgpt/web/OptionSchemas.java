package dev.microgpt.web;

import dev.microgpt.engine.ModelOption;
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
import java.util.List;
import java.util.Objects;

/// Adds the defaults and ranges of the options to the requests in the OpenAPI document.
@Configuration(proxyBeanMethods = false)
class OptionSchemas {

    private static final List<String> STEERING = List.of("SteerRequest", "RunRequest");

    @Bean
    OpenApiCustomizer options(Limits limits) {
        return openApi -> {
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
            case DecimalOption _ -> {} // any above 0, as the descriptions say
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
