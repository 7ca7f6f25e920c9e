package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.PastStepReader;
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
import io.swagger.v3.oas.models.parameters.Parameter;
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
import org.springframework.context.annotation.DependsOn;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.method.HandlerMethod;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Completes the OpenAPI document: adds general information, path variables, and the error responses of
/// each call.
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    /// Errors that any call may return in addition to those that it declares.
    private static final List<ErrorCode> ANY_CALL =
            List.of(
                    ErrorCode.UNKNOWN_FIELD,
                    ErrorCode.INVALID_NAME,
                    ErrorCode.UNAUTHORIZED,
                    ErrorCode.FORBIDDEN_HOST,
                    ErrorCode.NOT_SHARED,
                    ErrorCode.NOT_ACCEPTABLE,
                    ErrorCode.RATE_LIMITED,
                    ErrorCode.INTERNAL,
                    ErrorCode.NO_MEMORY);

    /// Errors that any call that names a session and takes a body may return.
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

    /// The tags, in the order in which a new reader needs them.
    private static final List<Tag> TAGS =
            List.of(
                    tag("Sessions", "Create, list, steer, fork and delete named models"),
                    tag("Training", "Load documents, and train while the caller waits"),
                    tag("Runs", "Train in the background"),
                    tag("Sweeps", "Train sessions with different options, and rank them"),
                    tag("Model", "Query a model for texts, scores, losses and embeddings"),
                    tag("Parameters", "Show the matrices of a model, now and in the past"),
                    tag("Anatomy", "Dissect one training step, down to single numbers"),
                    tag(
                            "Checkpoints",
                            "Download and upload models as safetensors files, and sessions as bundles"),
                    tag("Live", "Watch a session live"),
                    tag("Shares", "Show a session to people without an API key, read-only"),
                    tag("Service", "Show the bundled datasets and the limits"));

    private record PathVariable(String description, Object example) {}

    /// The path variables by name. Each means the same in all paths.
    private static final Map<String, PathVariable> PATH_VARIABLES =
            Map.of(
                    "name",
                            new PathVariable(
                                    "Session name, 1 to 63 characters of a-z, 0-9 and -", "demo"),
                    "id", new PathVariable("Number of the run, counted from 1", 1),
                    "matrix", new PathVariable("Name from the list of matrices", "wte"),
                    "share", new PathVariable("Id from the list of shares", "5f2b8c1de09a7346"),
                    "tensor",
                            new PathVariable(
                                    "Name from the anatomy or from the list of matrices",
                                    "layer0.attn_q"));

    static {
        // built by CallContextResolver, not sent by clients
        SpringDocUtils.getConfig()
                .addRequestWrapperToIgnore(CallContext.class)
                .replaceWithSchema(PastStep.class, pastStep());
    }

    private static Schema<?> pastStep() {
        Schema<Object> number = schema("integer");
        number.setFormat("int64");
        number.setMinimum(BigDecimal.ZERO);
        Schema<Object> best = schema("string");
        best.setEnum(List.of(PastStepReader.BEST));
        Schema<Object> either = new Schema<>();
        either.setOneOf(List.of(number, best));
        return either;
    }

    /// In a query, numbers are strings as well, and generators of clients know no alternatives there.
    private static Schema<?> pastStepOfQuery() {
        Schema<Object> text = schema("string");
        text.setPattern("[0-9]+|" + PastStepReader.BEST);
        return text;
    }

    private static Schema<Object> schema(String type) {
        Schema<Object> schema = new Schema<>();
        schema.setType(type);
        schema.setTypes(Set.of(type));
        return schema;
    }

    private static Tag tag(String name, String description) {
        return new Tag().name(name).description(description);
    }

    /// The first bean of the document that is made, so it waits for the one that no other refers to; see [LazyOpenApi].
    @Bean
    @DependsOn("modelConverterRegistrar")
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
                                new SecurityRequirement())) // for services without API keys
                .tags(TAGS)
                .servers(List.of());
    }

    private static SecurityScheme bearer() {
        return new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description("An API key");
    }

    private static SecurityScheme apiKey() {
        return new SecurityScheme()
                .type(SecurityScheme.Type.APIKEY)
                .in(SecurityScheme.In.HEADER)
                .name("X-Api-Key")
                .description("An API key");
    }

    @Bean
    OperationCustomizer responses() {
        return (operation, handler) -> {
            addErrors(operation, handler);
            describeCsv(operation);
            return operation;
        };
    }

    /// Gives responses in CSV that have no example the schema of a text, in place of that of the reply.
    private static void describeCsv(Operation operation) {
        for (ApiResponse response : operation.getResponses().values()) {
            Content content = response.getContent();
            MediaType csv = content == null ? null : content.get(Csv.MEDIA_TYPE);
            if (csv != null && csv.getExample() == null && csv.getExamples() == null) {
                // not the one that is there, which JSON has as well
                content.addMediaType(Csv.MEDIA_TYPE, new MediaType().schema(schema("string")));
            }
        }
    }

    @Bean
    ParameterCustomizer parameters() {
        return (parameter, _) -> {
            if (parameter != null && "path".equals(parameter.getIn())) {
                describe(parameter);
            }
            if (parameter != null
                    && parameter.getSchema() != null
                    && parameter.getSchema().getOneOf() != null) {
                parameter.setSchema(pastStepOfQuery());
            }
            return parameter;
        };
    }

    private static void describe(Parameter parameter) {
        PathVariable variable = PATH_VARIABLES.get(parameter.getName());
        if (variable != null && parameter.getDescription() == null) {
            parameter.setDescription(variable.description());
        }
        if (variable != null && parameter.getExample() == null) {
            parameter.setExample(variable.example());
        }
    }

    /// Corrects the properties of schemas, which springdoc gets wrong.
    @Bean
    OpenApiCustomizer properties() {
        return openApi ->
                openApi.getComponents()
                        .getSchemas()
                        .values()
                        .forEach(OpenApiConfiguration::correctProperties);
    }

    private static void correctProperties(Schema<?> schema) {
        if (schema.getProperties() != null) {
            for (Schema<?> property : schema.getProperties().values()) {
                lowerCase(property.getEnum());
                defaultAsNumber(property);
            }
        }
    }

    /// Converts the default of a number, which annotations can only give as a string.
    private static void defaultAsNumber(Schema<?> property) {
        if (property.getTypes() != null
                && property.getTypes().contains("number")
                && property.getDefault() instanceof String text) {
            property.setDefault(new BigDecimal(text));
        }
    }

    /// Spells enum constants as JSON does, in lower case.
    @SuppressWarnings("unchecked") // strings are replaced by strings
    private static void lowerCase(@Nullable List<?> constants) {
        if (constants != null) {
            ((List<Object>) constants)
                    .replaceAll(
                            constant ->
                                    constant instanceof String text
                                            ? text.toLowerCase(Locale.ROOT)
                                            : constant);
        }
    }

    private static void addErrors(Operation operation, HandlerMethod handler) {
        ErrorResponses errors = handler.getMethodAnnotation(ErrorResponses.class);
        List<ErrorCode> declared = errors == null ? List.of() : List.of(errors.value());
        List<ErrorCode> common =
                handler.hasMethodAnnotation(PostMapping.class)
                                || handler.hasMethodAnnotation(PatchMapping.class)
                        ? WITH_BODY
                        : List.of();
        Map<Integer, List<ErrorCode>> byStatus =
                Stream.of(common, declared, ANY_CALL)
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
