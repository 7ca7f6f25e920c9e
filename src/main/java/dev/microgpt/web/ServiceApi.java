package dev.microgpt.web;

import dev.microgpt.wire.DatasetsReply;
import dev.microgpt.wire.LimitsReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/// Declares the paths and the documentation of the calls that [ServiceController] implements.
@RequestMapping(path = "/api/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Service")
interface ServiceApi {

    @GetMapping("/datasets")
    @Operation(
            operationId = "listDatasets",
            summary = "List the bundled datasets",
            description = "Init and load accept these texts by name. Lengths are in characters.")
    @ApiResponse(responseCode = "200", description = "The datasets")
    DatasetsReply datasets();

    @GetMapping("/limits")
    @Operation(
            operationId = "getLimits",
            summary = "Show the limits",
            description =
                    "They are configured under microgpt.limits. Also describes the options of a model, with"
                            + " their defaults and ranges.")
    @ApiResponse(responseCode = "200", description = "The limits")
    LimitsReply limits();
}
