package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.Histograms;
import dev.microgpt.session.query.ParameterMatrix;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.MatrixShape;
import dev.microgpt.wire.QueryErrorResponses;

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

import java.util.List;

/// Shows the parameters of a model, matrix by matrix.
@RestController
@RequestMapping(
        path = "/api/v1/sessions/{name}/parameters",
        produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Parameters")
class ParametersController {

    private static final int MOST_BINS = 1000;

    private final SessionService sessions;

    ParametersController(SessionService sessions) {
        this.sessions = sessions;
    }

    /// The matrices of a model, in the order of its parameters.
    record MatricesReply(List<MatrixShape> matrices) {}

    /// The numbers of a matrix.
    record MatrixReply(
            @Schema(example = "wte") String name,
            int rows,
            int columns,
            ParameterKind kind,
            @Schema(description = "of the keyframe that answered") long step,
            @Schema(description = "row by row") double[] values) {}

    /// How the weights of a matrix were distributed at each keyframe.
    record HistogramsReply(
            @Schema(example = "wte") String name,
            @Schema(description = "lower edge of the first bin") double from,
            @Schema(description = "upper edge of the last bin") double to,
            @Schema(description = "of the keyframes") List<Long> steps,
            @Schema(description = "weights in each bin, a row a step") List<int[]> counts) {}

    @GetMapping
    @Operation(
            operationId = "listMatrices",
            description = "In the order in which the parameters lie.",
            summary = "List the parameter matrices")
    @ApiResponse(responseCode = "200", description = "their names and shapes")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    MatricesReply list(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return new MatricesReply(
                sessions.get(call, name).inspection().matrices(call).stream()
                        .map(MatrixShape::of)
                        .toList());
    }

    @GetMapping("/{matrix}")
    @Operation(
            operationId = "getMatrix",
            summary = "Show a parameter matrix",
            description =
                    "Its weights, the gradient of the loss of the batch that comes next, or Adam's moments"
                            + " m and v.")
    @ApiResponse(responseCode = "200", description = "the numbers")
    @QueryErrorResponses
    ResponseEntity<MatrixReply> show(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "wte") @PathVariable String matrix,
            @Parameter(
                            description = "weight, gradient, m or v",
                            schema = @Schema(type = "string", defaultValue = "weight"))
                    @RequestParam(required = false)
                    @Nullable String kind,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable Long step) {
        ParameterKind wanted = EnumNames.parse("kind", kind, ParameterKind.WEIGHT);
        AsOf<ParameterMatrix> answer =
                sessions.get(call, name).inspection().parameters(call, matrix, wanted, step);
        Matrix shape = answer.value().matrix();
        return AsOfReply.of(
                step,
                answer,
                new MatrixReply(
                        shape.name(),
                        shape.rows(),
                        shape.columns(),
                        wanted,
                        answer.step(),
                        answer.value().values()));
    }

    @GetMapping("/{matrix}/histograms")
    @Operation(
            operationId = "getHistograms",
            summary = "Show how the weights of a matrix are distributed over time",
            description = "At each keyframe; all with the same bins.")
    @ApiResponse(responseCode = "200", description = "a histogram a keyframe")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.WRONG_TYPE,
        ErrorCode.OUT_OF_RANGE,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    HistogramsReply histograms(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "wte") @PathVariable String matrix,
            @Parameter(description = "1 to 1000") @RequestParam(defaultValue = "40") int bins) {
        InvalidInputException.requireRange("bins", bins, 1, MOST_BINS);
        Histograms histograms =
                sessions.get(call, name).inspection().histograms(call, matrix, bins);
        return new HistogramsReply(
                histograms.matrix().name(),
                histograms.from(),
                histograms.to(),
                histograms.steps(),
                histograms.counts());
    }
}
