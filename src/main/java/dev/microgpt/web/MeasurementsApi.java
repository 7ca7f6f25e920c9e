package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.HeadsReply;
import dev.microgpt.wire.ProbesReply;
import dev.microgpt.wire.ProbesRequest;
import dev.microgpt.wire.ValidationReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// Declares the paths and the documentation of the calls that [MeasurementsController] implements.
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Model")
interface MeasurementsApi {

    @GetMapping("/heads")
    @Operation(
            operationId = "getHeads",
            summary = "Measure what each attention head attends to",
            description =
                    "Returns means over the positions of up to 200 documents, from position 2 on. The first"
                            + " three shares do not overlap. For large models, fewer documents are measured.")
    @ApiResponse(responseCode = "200", description = "One entry per head")
    @QueryErrorResponses
    ResponseEntity<HeadsReply> heads(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable PastStep step);

    @GetMapping(
            path = "/validation",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getValidation",
            summary = "Show the losses of the documents that are held out",
            description =
                    "They are measured at step 0 and then ever less often, or every validateEvery steps. Training"
                            + " of the session waits meanwhile. The best model is kept as a keyframe.")
    @ApiResponse(responseCode = "200", description = "The losses")
    @QueryErrorResponses
    ValidationReply validation(CallContext call, @PathVariable String name);

    @PostMapping(path = "/probes", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "evaluateProbes",
            summary = "Measure how texts change over the keyframes",
            description =
                    "Evaluates probes at the keyframes and for the present model: the share of generated texts"
                            + " that match a pattern, their mean length, the share that are among the"
                            + " documents, or the surprisal of a given text. The same call gives the same"
                            + " values; the session is not changed.")
    @ApiResponse(responseCode = "200", description = "One curve per probe")
    @TextErrorResponses
    ResponseEntity<ProbesReply> probes(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable ProbesRequest body);
}
