package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.TokenizeReply;
import dev.microgpt.wire.TokenizeRequest;
import dev.microgpt.wire.TokenizerReply;

import io.swagger.v3.oas.annotations.Operation;
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

/// Declares the paths and the documentation of the calls that [TokensController] implements.
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Model")
interface TokensApi {

    @GetMapping("/tokenizer")
    @Operation(
            operationId = "getTokenizer",
            summary = "Show the tokens",
            description =
                    "Shows the characters, or the merges of byte pairs in the order in which they were found, each"
                            + " with its count.")
    @ApiResponse(responseCode = "200", description = "The tokens")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    TokenizerReply tokenizer(CallContext call, @PathVariable String name);

    @PostMapping(path = "/tokenize", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "tokenize",
            summary = "Split a text into tokens",
            description =
                    "With steps, also shows the merges that lead from the bytes of the text to its tokens.")
    @ApiResponse(responseCode = "200", description = "The tokens of the text")
    @TextErrorResponses
    ResponseEntity<TokenizeReply> tokenize(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable TokenizeRequest body);
}
