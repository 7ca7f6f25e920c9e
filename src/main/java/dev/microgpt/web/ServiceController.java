package dev.microgpt.web;

import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.DatasetsReply;
import dev.microgpt.wire.LimitsReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What the service has and allows.
@RestController
@RequestMapping(path = "/api/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Service")
class ServiceController {

    private final Datasets datasets;
    private final Limits limits;

    ServiceController(Datasets datasets, Limits limits) {
        this.datasets = datasets;
        this.limits = limits;
    }

    @GetMapping("/datasets")
    @Operation(
            operationId = "listDatasets",
            description = "Texts that init and load take by name.",
            summary = "The bundled datasets")
    @ApiResponse(responseCode = "200", description = "the datasets")
    DatasetsReply datasets() {
        return DatasetsReply.of(datasets.all());
    }

    @GetMapping("/limits")
    @Operation(
            operationId = "getLimits",
            summary = "What is allowed",
            description = "Set under microgpt.limits.")
    @ApiResponse(responseCode = "200", description = "the limits")
    LimitsReply limits() {
        return LimitsReply.of(limits);
    }
}
