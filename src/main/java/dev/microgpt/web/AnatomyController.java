package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.session.ModelInternals;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.wire.AnatomyReply;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.GraphReply;
import dev.microgpt.wire.QueryErrorResponses;
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
import org.springframework.web.bind.annotation.RestController;

/// Takes one training step apart, down to single numbers. The reference engine makes the step for it,
/// whichever engine the session has; the session is not changed.
@RestController
@RequestMapping(
        path = "/api/v1/sessions/{name}/anatomy",
        produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Anatomy")
class AnatomyController {

    private static final int MOST_NODES = 1000;
    private static final String STEP =
            "the step before the one that is taken apart: the newest keyframe up to it answers";
    private static final String DOCUMENT =
            "index in the batch of the document that is looked at; the last one if absent";

    private final SessionService sessions;

    AnatomyController(SessionService sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    @Operation(
            operationId = "getAnatomy",
            summary = "Take a training step apart",
            description =
                    "The step after the one that is asked for, made or not: every number that forward and"
                            + " loss compute, and the gradient that backward brings to it.")
    @ApiResponse(responseCode = "200", description = "the numbers of the step")
    @QueryErrorResponses
    ResponseEntity<AnatomyReply> show(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable Long step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document) {
        ModelInternals ask = sessions.get(call, name).inspection();
        AsOf<AnatomyResult> apart = ask.takeApart(call, step, document);
        return AsOfReply.of(step, apart, AnatomyReply.of(apart, ask.agreement(apart.value())));
    }

    @GetMapping("/tensors/{tensor}")
    @Operation(
            operationId = "getAnatomyTensor",
            summary = "Show one tensor of a training step",
            description =
                    "Of parameters also what Adam makes of them: its moments after the step, and the new"
                            + " values.")
    @ApiResponse(responseCode = "200", description = "its numbers, row by row")
    @QueryErrorResponses
    ResponseEntity<TensorReply> tensor(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(
                            example = "layer0.attn_q",
                            description = "as the anatomy names it, or as the list of matrices")
                    @PathVariable
                    String tensor,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable Long step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document) {
        AsOf<AnatomyResult> apart =
                sessions.get(call, name).inspection().takeApart(call, step, document);
        StepAnatomy.Tensor found = apart.value().anatomy().tensor(tensor);
        if (found == null) {
            throw noTensor(tensor);
        }
        return AsOfReply.of(step, apart, TensorReply.of(found));
    }

    @GetMapping("/graph")
    @Operation(
            operationId = "getAnatomyGraph",
            summary = "Walk the graph of a training step from one number",
            description =
                    "Down to what it was computed from, or up to what was computed from it, breadth first,"
                            + " itself first. The number is given by its tensor, row and column, or by"
                            + " its id; without either it is the loss.")
    @ApiResponse(responseCode = "200", description = "a page of numbers")
    @QueryErrorResponses
    ResponseEntity<GraphReply> graph(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = STEP) @RequestParam(required = false) @Nullable Long step,
            @Parameter(description = DOCUMENT) @RequestParam(required = false)
                    @Nullable Integer document,
            @Parameter(description = "of the number, together with row and column")
                    @RequestParam(required = false)
                    @Nullable String tensor,
            @Parameter(description = "counted from 0") @RequestParam(defaultValue = "0") int row,
            @Parameter(description = "counted from 0") @RequestParam(defaultValue = "0") int column,
            @Parameter(description = "id of the number, instead of tensor, row and column")
                    @RequestParam(required = false)
                    @Nullable Integer node,
            @Parameter(
                            description = "down or up",
                            schema = @Schema(type = "string", defaultValue = "down"))
                    @RequestParam(required = false)
                    @Nullable String direction,
            @Parameter(description = "numbers on a page, 1 to 1000")
                    @RequestParam(defaultValue = "100")
                    int limit,
            @Parameter(description = "nextCursor of the page before")
                    @RequestParam(defaultValue = "0")
                    int cursor) {
        InvalidInputException.requireRange("limit", limit, 1, MOST_NODES);
        InvalidInputException.requireRange("cursor", cursor, 0, Integer.MAX_VALUE);
        Graph.Direction wanted = EnumNames.parse("direction", direction, Graph.Direction.DOWN);
        AsOf<AnatomyResult> apart =
                sessions.get(call, name).inspection().takeApart(call, step, document);
        StepAnatomy anatomy = apart.value().anatomy();
        int id = node == null ? idOf(anatomy, tensor, row, column) : node;
        InvalidInputException.requireRange("node", id, 0, anatomy.graph().size() - 1);
        return AsOfReply.of(step, apart, GraphReply.of(apart, id, wanted, cursor, limit));
    }

    private static int idOf(StepAnatomy anatomy, @Nullable String tensor, int row, int column) {
        if (tensor == null) {
            return anatomy.root();
        }
        if (!anatomy.hasTensor(tensor)) {
            throw noTensor(tensor);
        }
        return anatomy.idOf(new StepAnatomy.Location(tensor, row, column));
    }

    private static SessionException noTensor(String tensor) {
        return new SessionException(
                ErrorCode.NOT_FOUND,
                "the step has no tensor '%s'".formatted(tensor),
                "tensor",
                tensor);
    }
}
