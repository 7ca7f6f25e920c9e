package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
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

import java.io.IOException;

/// Declares the paths and the documentation of the calls that [TrainingController] implements.
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Training")
interface TrainingApi {

    @PostMapping("/load")
    @Operation(
            operationId = "load",
            summary = "Load documents",
            description =
                    "The body is either plain text with one document per line, as curl --data-binary @file"
                            + " sends it, or JSON with a text or a dataset. The parameters are"
                            + " initialised again from the session's seed, unless the session"
                            + " continues.",
            parameters = {
                @Parameter(
                        in = ParameterIn.QUERY,
                        name = "overwrite",
                        description = "Restart a session that has already trained",
                        schema = @Schema(type = "boolean", defaultValue = "false")),
                @Parameter(
                        in = ParameterIn.QUERY,
                        name = "continue",
                        description =
                                "Keep the parameters, the optimiser state and the steps, and train on these"
                                        + " documents from the next step on",
                        schema = @Schema(type = "boolean", defaultValue = "false")),
                @Parameter(
                        in = ParameterIn.QUERY,
                        name = "grow",
                        description =
                                "With continue: give characters that the model does not know tokens of"
                                        + " their own",
                        schema = @Schema(type = "boolean", defaultValue = "false"))
            },
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
    @ApiResponse(responseCode = "200", description = "The session, ready to train")
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.UNKNOWN_CHARACTER,
        ErrorCode.ALREADY_TRAINED,
        ErrorCode.NOT_LOADED,
        ErrorCode.WRONG_STATE,
        ErrorCode.BUSY
    })
    ResponseEntity<SessionReply> load(
            CallContext call, @PathVariable String name, HttpServletRequest request)
            throws IOException;

    @PostMapping(path = "/step", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "step",
            summary = "Train for some steps",
            description = "Responds after the last step, with its result.")
    @ApiResponse(
            responseCode = "200",
            description = "The result of the last step, and the losses of all steps")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<StepReply> step(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable StepRequest body);
}
