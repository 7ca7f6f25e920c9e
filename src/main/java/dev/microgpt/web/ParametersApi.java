package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.HistogramsReply;
import dev.microgpt.wire.MatricesReply;
import dev.microgpt.wire.MatrixReply;

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

/// Declares the paths and the documentation of the calls that [ParametersController] implements.
@RequestMapping(
        path = "/api/v1/sessions/{name}/parameters",
        produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Parameters")
interface ParametersApi {

    @GetMapping(produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "listMatrices",
            summary = "List the parameter matrices",
            description = "The matrices are in the order of the parameters.")
    @ApiResponse(responseCode = "200", description = "Their names and shapes")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    MatricesReply list(CallContext call, @PathVariable String name);

    @GetMapping(
            path = "/{matrix}",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getMatrix",
            summary = "Show a parameter matrix",
            description =
                    "Returns the weights, the gradient of the loss of the next batch, or Adam's moments m or"
                            + " v.")
    @ApiResponse(responseCode = "200", description = "The numbers")
    @QueryErrorResponses
    ResponseEntity<MatrixReply> show(
            CallContext call,
            @PathVariable String name,
            @PathVariable String matrix,
            @Parameter(
                            description = "weight, gradient, m or v",
                            schema = @Schema(type = "string", defaultValue = "weight"))
                    @RequestParam(required = false)
                    @Nullable String kind,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable PastStep step);

    @GetMapping("/{matrix}/histograms")
    @Operation(
            operationId = "getHistograms",
            summary = "Show the weight distribution of a matrix over time",
            description = "There is one histogram per keyframe. All of them have the same bins.")
    @ApiResponse(responseCode = "200", description = "One histogram per keyframe")
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
            @PathVariable String name,
            @PathVariable String matrix,
            @Parameter(description = "Number of bins, from 1 to 1000")
                    @RequestParam(defaultValue = "40")
                    int bins);
}
