package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.NewShareReply;
import dev.microgpt.wire.ShareRequest;
import dev.microgpt.wire.SharesReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;

/// Declares the paths and the documentation of the calls that [ShareController] implements.
@RequestMapping(
        path = "/api/v1/sessions/{name}/shares",
        produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Shares")
interface ShareApi {

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            operationId = "createShare",
            summary = "Share a session",
            description =
                    "Makes a link that shows the session, live and read-only, to people without an API key. Its"
                            + " secret is in this response only, so the call has no Idempotency-Key.")
    @ApiResponse(responseCode = "201", description = "The share, with its link")
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.QUOTA_EXCEEDED,
        ErrorCode.BUSY,
        ErrorCode.STORAGE_FULL
    })
    NewShareReply create(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody(required = false) @Nullable ShareRequest body,
            HttpServletRequest request);

    @GetMapping
    @Operation(
            operationId = "listShares",
            summary = "List the shares of a session",
            description =
                    "The oldest comes first. Expired ones are not listed, and no secrets are.")
    @ApiResponse(responseCode = "200", description = "The shares")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    SharesReply list(CallContext call, @Parameter(example = "demo") @PathVariable String name);

    /// Accepts any `Accept`, as its only response with a body is a problem.
    @DeleteMapping(path = "/{share}", produces = MediaType.ALL_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "withdrawShare",
            summary = "Withdraw a share",
            description =
                    "New calls with it are rejected and its live streams end, at the latest 5 seconds later.")
    @ApiResponse(responseCode = "204", description = "Withdrawn")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_ORIGIN})
    void withdraw(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "5f2b8c1de09a7346") @PathVariable String share);
}
