package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.LoadRequest;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.StepReply;
import dev.microgpt.wire.StepRequest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;

/// Loads documents and trains on them.
@RestController
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Training")
class TrainingController {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;
    private final IdempotentReplies replies;
    private final JsonMapper json;

    TrainingController(
            SessionService sessions,
            Datasets datasets,
            Limits limits,
            JsonMapper json,
            IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
        this.json = json;
    }

    @PostMapping("/load")
    @Operation(
            operationId = "load",
            summary = "Load documents and make new parameters",
            description =
                    "The body is the text, one document a line, as curl --data-binary @file sends it;"
                            + " or JSON with text or dataset. Always starts from the session's seed.",
            parameters =
                    @Parameter(
                            in = ParameterIn.QUERY,
                            name = "overwrite",
                            description = "start anew a session that has trained",
                            schema = @Schema(type = "boolean", defaultValue = "false")),
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = {
                                @Content(
                                        mediaType = MediaType.TEXT_PLAIN_VALUE,
                                        schema = @Schema(type = "string"),
                                        examples = @ExampleObject("alice\nbob\ncharlie")),
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = LoadRequest.class),
                                        examples = @ExampleObject("{\"dataset\": \"names\"}"))
                            }))
    @ApiResponse(responseCode = "200", description = "the session, ready to train")
    @ErrorResponses({ErrorCode.INVALID_TEXT, ErrorCode.ALREADY_TRAINED, ErrorCode.BUSY})
    ResponseEntity<SessionReply> load(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            HttpServletRequest request)
            throws IOException {
        boolean overwrite = QueryParameters.isTrue(request, "overwrite");
        Session session = sessions.get(call, name);
        session.requireLoadable(overwrite);
        Corpus corpus = readCorpus(request);
        return replies.reply(
                call,
                c -> session.load(c, corpus, overwrite),
                loaded -> ResponseEntity.ok(SessionReply.of(loaded.view())));
    }

    private Corpus readCorpus(HttpServletRequest request) throws IOException {
        MediaType type = contentType(request);
        if (type == null
                || type.equalsTypeAndSubtype(MediaType.TEXT_PLAIN)
                || type.equalsTypeAndSubtype(MediaType.APPLICATION_FORM_URLENCODED)) {
            return Corpus.read(request.getInputStream(), limits.ofText());
        }
        if (type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)) {
            LoadRequest body = json.readValue(request.getInputStream(), LoadRequest.class);
            return (body == null ? new LoadRequest(null, null) : body).corpus(datasets, limits);
        }
        throw unsupported(type.toString());
    }

    private static @Nullable MediaType contentType(HttpServletRequest request) {
        String header = request.getContentType();
        if (header == null) {
            return null;
        }
        try {
            MediaType type = MediaType.parseMediaType(header);
            if (type.getCharset() != null && !type.getCharset().name().equals("UTF-8")) {
                throw unsupported(header);
            }
            return type;
        } catch (IllegalArgumentException _) {
            throw unsupported(header);
        }
    }

    private static SessionException unsupported(String type) {
        return new SessionException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "load takes text/plain or application/json in UTF-8, not " + type);
    }

    @PostMapping(path = "/step", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "step",
            summary = "Train",
            description = "Answers when the steps are made, with the result of the last one.")
    @ApiResponse(responseCode = "200", description = "the last step, with the losses of all")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<StepReply> step(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody(required = false) @Nullable StepRequest body) {
        StepRequest request = body == null ? StepRequest.DEFAULTS : body;
        StepCall steps = request.toCall(limits);
        return replies.reply(
                call,
                c -> sessions.get(c, name).step(c, steps),
                outcome -> ResponseEntity.ok(StepReply.of(outcome)));
    }
}
