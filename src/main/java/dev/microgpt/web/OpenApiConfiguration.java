package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.Problem;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.tags.Tag;

import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.customizers.ParameterCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.method.HandlerMethod;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Completes the OpenAPI document: a preface, and the error statuses of each call.
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    /// What any call may answer besides what it declares.
    private static final List<ErrorCode> ALWAYS =
            List.of(
                    ErrorCode.UNAUTHORIZED,
                    ErrorCode.FORBIDDEN_HOST,
                    ErrorCode.NOT_ACCEPTABLE,
                    ErrorCode.RATE_LIMITED,
                    ErrorCode.INTERNAL,
                    ErrorCode.NO_MEMORY);

    /// What any call may answer that names a session and takes a body.
    private static final List<ErrorCode> WITH_BODY =
            List.of(
                    ErrorCode.INVALID_NAME,
                    ErrorCode.MALFORMED_JSON,
                    ErrorCode.UNKNOWN_FIELD,
                    ErrorCode.WRONG_TYPE,
                    ErrorCode.OUT_OF_RANGE,
                    ErrorCode.NOT_FOUND,
                    ErrorCode.TOO_SLOW,
                    ErrorCode.TOO_LARGE,
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    ErrorCode.FORBIDDEN_ORIGIN);

    /// In the order in which somebody new would read them.
    private static final List<Tag> TAGS =
            List.of(
                    tag("Sessions", "Named models: made, listed, steered, copied, deleted"),
                    tag("Training", "Documents, and steps that the caller waits for"),
                    tag("Runs", "Training in the background"),
                    tag("Model", "What a model says: texts, scores, losses, embeddings"),
                    tag("Parameters", "The matrices of a model, now and earlier"),
                    tag("Anatomy", "One training step taken apart, down to single numbers"),
                    tag("Checkpoints", "Whole models out and in, as safetensors files"),
                    tag("Live", "What happens in a session, as it happens"),
                    tag("Service", "What there is and what is allowed"));

    /// What the variables of all paths mean.
    private static final Map<String, String> PATH_VARIABLES =
            Map.of(
                    "name", "the session: 1 to 63 of a-z, 0-9, -",
                    "id", "the run, counted from 1",
                    "matrix", "as the list of matrices has it");

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(CallContext.class); // not the caller's
    }

    private static Tag tag(String name, String description) {
        return new Tag().name(name).description(description);
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(
                        new Info()
                                .title("microgpt-server")
                                .version("v1")
                                .description(
                                        "Trains tiny GPTs and shows everything that happens inside"
                                                + " them.")
                                .license(
                                        new License()
                                                .name("MIT")
                                                .url("https://opensource.org/license/mit")))
                .components(
                        new Components()
                                .schemas(ModelConverters.getInstance(true).read(Problem.class))
                                .addSecuritySchemes("bearer", bearer())
                                .addSecuritySchemes("apiKey", apiKey()))
                .security(
                        List.of(
                                new SecurityRequirement().addList("bearer"),
                                new SecurityRequirement().addList("apiKey"),
                                new SecurityRequirement())) // where no keys are asked for
                .tags(TAGS)
                .servers(List.of());
    }

    private static SecurityScheme bearer() {
        return new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description("an API key");
    }

    private static SecurityScheme apiKey() {
        return new SecurityScheme()
                .type(SecurityScheme.Type.APIKEY)
                .in(SecurityScheme.In.HEADER)
                .name("X-Api-Key")
                .description("an API key");
    }

    @Bean
    OperationCustomizer errorResponses() {
        return (operation, handler) -> {
            addErrors(operation, handler);
            return operation;
        };
    }

    @Bean
    ParameterCustomizer pathVariables() {
        return (parameter, _) -> {
            if (parameter != null
                    && "path".equals(parameter.getIn())
                    && parameter.getDescription() == null) {
                parameter.setDescription(PATH_VARIABLES.get(parameter.getName()));
            }
            return parameter;
        };
    }

    /// Mends what springdoc gets wrong about properties.
    @Bean
    OpenApiCustomizer properties() {
        return openApi ->
                openApi.getComponents()
                        .getSchemas()
                        .values()
                        .forEach(OpenApiConfiguration::mendProperties);
    }

    private static void mendProperties(Schema<?> schema) {
        if (schema.getProperties() != null) {
            for (Schema<?> property : schema.getProperties().values()) {
                lowerCase(property.getEnum());
                defaultAsNumber(property);
            }
        }
    }

    /// Annotations hold texts only; a default of a double stays one otherwise.
    private static void defaultAsNumber(Schema<?> property) {
        if (property.getTypes() != null
                && property.getTypes().contains("number")
                && property.getDefault() instanceof String number) {
            property.setDefault(new BigDecimal(number));
        }
    }

    /// The words that stand for enum constants are their names in lower case.
    @SuppressWarnings("unchecked") // a text stays a text
    private static void lowerCase(@Nullable List<?> words) {
        if (words != null) {
            ((List<Object>) words)
                    .replaceAll(
                            word ->
                                    word instanceof String text
                                            ? text.toLowerCase(Locale.ROOT)
                                            : word);
        }
    }

    private static void addErrors(Operation operation, HandlerMethod handler) {
        ErrorResponses fails = handler.getMethodAnnotation(ErrorResponses.class);
        List<ErrorCode> declared = fails == null ? List.of() : List.of(fails.value());
        List<ErrorCode> common =
                handler.hasMethodAnnotation(PostMapping.class)
                                || handler.hasMethodAnnotation(PatchMapping.class)
                        ? WITH_BODY
                        : List.of();
        Map<Integer, List<ErrorCode>> byStatus =
                Stream.of(common, declared, ALWAYS)
                        .flatMap(List::stream)
                        .collect(
                                Collectors.groupingBy(
                                        code -> Problem.status(code).value(),
                                        TreeMap::new,
                                        Collectors.toList()));
        byStatus.forEach(
                (status, codes) ->
                        operation
                                .getResponses()
                                .addApiResponse(String.valueOf(status), response(codes)));
    }

    private static ApiResponse response(List<ErrorCode> codes) {
        String description =
                codes.stream().map(Problem::wireName).collect(Collectors.joining(" or "));
        MediaType problem =
                new MediaType().schema(new Schema<Problem>().$ref("#/components/schemas/Problem"));
        return new ApiResponse()
                .description(description)
                .content(new Content().addMediaType("application/problem+json", problem));
    }
}
