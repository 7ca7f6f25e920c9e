package dev.microgpt.web;

import dev.microgpt.session.ErrorCode;

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

import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.method.HandlerMethod;

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
            List.of(ErrorCode.NOT_ACCEPTABLE, ErrorCode.INTERNAL);

    /// What any call may answer that names a session and takes a body.
    private static final List<ErrorCode> WITH_BODY =
            List.of(
                    ErrorCode.INVALID_NAME,
                    ErrorCode.MALFORMED_JSON,
                    ErrorCode.UNKNOWN_FIELD,
                    ErrorCode.WRONG_TYPE,
                    ErrorCode.OUT_OF_RANGE,
                    ErrorCode.NOT_FOUND,
                    ErrorCode.TOO_LARGE,
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    ErrorCode.FORBIDDEN_ORIGIN);

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
                                .license(new License().name("MIT")))
                .components(
                        new Components().schemas(ModelConverters.getInstance().read(Problem.class)))
                .servers(List.of());
    }

    @Bean
    OperationCustomizer errorResponses() {
        return (operation, handler) -> {
            addErrors(operation, handler);
            return operation;
        };
    }

    /// The words that stand for enum constants are their names in lower case.
    @Bean
    OpenApiCustomizer lowerCaseWords() {
        return openApi ->
                openApi.getComponents()
                        .getSchemas()
                        .values()
                        .forEach(schema -> lowerCaseAll(schema));
    }

    private static void lowerCaseAll(Schema<?> schema) {
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(property -> lowerCase(property.getEnum()));
        }
    }

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
        Fails fails = handler.getMethodAnnotation(Fails.class);
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
