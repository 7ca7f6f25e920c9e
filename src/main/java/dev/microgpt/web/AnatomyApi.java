package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.AnatomyReply;
import dev.microgpt.wire.GraphReply;
import dev.microgpt.wire.TensorReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// Declares the paths and the documentation of the calls that [AnatomyController] implements.
@RequestMapping(
        path = "/api/v1/sessions/{name}/anatomy",
        produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Anatomy")
interface AnatomyApi {

    String STEP =
            "Dissects the training step after this one, using the newest keyframe at or before it, or after the one"
                    + " with the lowest validation loss";

    String DOCUMENT = "Index of the document in the batch; the last one if absent";

    @GetMapping
    @Operation(
            operationId = "getAnatomy",
            summary = "Dissect a training step",
            description =
                    "Dissects the training step after the given one, whether or not it has been trained:"
                            + " returns every number that the forward pass and the loss compute, and the"
                            + " gradient that the backward pass assigns to it.")
    @ApiResponse(responseCode = "200", description = "The numbers of the step")
    @QueryErrorResponses
    ResponseEntity<AnatomyReply> show(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable PastStep step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document);

    @GetMapping("/tensors/{tensor}")
    @Operation(
            operationId = "getAnatomyTensor",
            summary = "Show one tensor of a training step",
            description =
                    "For parameters, also returns the result of Adam's update: the moments after the step,"
                            + " and the new values.")
    @ApiResponse(responseCode = "200", description = "The numbers of the tensor, row by row")
    @QueryErrorResponses
    ResponseEntity<TensorReply> tensor(
            CallContext call,
            @PathVariable String name,
            @PathVariable String tensor,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable PastStep step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document);

    @GetMapping("/graph")
    @Operation(
            operationId = "getAnatomyGraph",
            summary = "Walk the graph of a training step from one number",
            description =
                    "Walks down to the numbers that it was computed from, or up to those computed from it,"
                            + " breadth first, starting with the number itself. The"
                            + " number is given either by tensor, row and column, or by its id; the default is the loss.")
    @ApiResponse(responseCode = "200", description = "A page of numbers")
    @QueryErrorResponses
    ResponseEntity<GraphReply> graph(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable PastStep step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document,
            @Parameter(description = "Tensor of the number, together with row and column")
                    @RequestParam(required = false)
                    @Nullable String tensor,
            @Parameter(description = "Row of the number, counted from 0")
                    @RequestParam(defaultValue = "0")
                    int row,
            @Parameter(description = "Column of the number, counted from 0")
                    @RequestParam(defaultValue = "0")
                    int column,
            @Parameter(description = "Id of the number, instead of tensor, row and column")
                    @RequestParam(required = false)
                    @Nullable Integer node,
            @Parameter(
                            description = "down or up",
                            schema = @Schema(type = "string", defaultValue = "down"))
                    @RequestParam(required = false)
                    @Nullable String direction,
            @Parameter(description = "Numbers per page, from 1 to 1000")
                    @RequestParam(defaultValue = "100")
                    int limit,
            @Parameter(description = "nextCursor of the previous page")
                    @RequestParam(defaultValue = "0")
                    int cursor);
}
