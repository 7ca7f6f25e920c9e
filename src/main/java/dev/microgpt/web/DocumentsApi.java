package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.PreviewReply;
import dev.microgpt.wire.PreviewRequest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/// Declares the path and the documentation of the call that [DocumentsController] implements.
@RequestMapping(path = "/api/v1/documents", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Service")
interface DocumentsApi {

    @PostMapping(path = "/preview", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "previewDocuments",
            summary = "Preview documents",
            description =
                    "Counts the documents of a text or a dataset, how many a context cuts off, and how many"
                            + " repeat others. Creates nothing.")
    @ApiResponse(responseCode = "200", description = "What a session would be trained on")
    @ErrorResponses({ErrorCode.INVALID_TEXT, ErrorCode.TOO_LARGE, ErrorCode.NOT_FOUND})
    PreviewReply preview(
            CallContext call, @RequestBody(required = false) @Nullable PreviewRequest body);
}
