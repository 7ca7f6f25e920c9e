package dev.microgpt.web;

import dev.microgpt.engine.Baselines;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.EmbeddingsReply;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.InspectReply;
import dev.microgpt.wire.InspectRequest;
import dev.microgpt.wire.LossesReply;
import dev.microgpt.wire.ScoreReply;
import dev.microgpt.wire.ScoreRequest;
import dev.microgpt.wire.TextLine;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
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

/// Declares the paths and the documentation of the calls that [ModelController] implements.
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Model")
interface ModelApi {

    @PostMapping(path = "/generate", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "generate",
            summary = "Generate texts",
            description =
                    "Without a seed, draws from the session's random generator, as microgptjs does. With"
                            + " Accept: text/event-stream, streams each text as it is generated: an"
                            + " event token {char, tokenId, prob} for each token after the prompt,"
                            + " then an event done with the sample. With Accept: text/plain, text/csv or"
                            + " application/x-ndjson, sends a line for each text, in batches while they"
                            + " are generated, and up to limits.textsPerStream of them.")
    @ApiResponse(
            responseCode = "200",
            description = "The texts",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = GenerateReply.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(type = "string")),
                @Content(
                        mediaType = MediaType.TEXT_PLAIN_VALUE,
                        schema = @Schema(type = "string"),
                        examples = @ExampleObject("maria\nanna\n")),
                @Content(
                        mediaType = Csv.MEDIA_TYPE,
                        schema = @Schema(type = "string"),
                        examples =
                                @ExampleObject(
                                        "text,logLikelihood,bitsPerCharacter,novel\nmaria,-9.1,2.19,false\n")),
                @Content(
                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                        schema = @Schema(implementation = TextLine.Generated.class))
            })
    @TextErrorResponses
    ResponseEntity<GenerateReply> generate(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable GenerateRequest body);

    @PostMapping(path = "/score", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "score",
            summary = "Score texts",
            description =
                    "Returns how likely the model finds each text, token by token, in nats. The end"
                            + " of a text counts as well. Bits per character compare models with different"
                            + " tokens. With Accept: text/plain, text/csv or application/x-ndjson, sends a line"
                            + " for each text, up to limits.textsPerStream of them; the body may then also be"
                            + " text/plain, with one text a line.")
    @ApiResponse(
            responseCode = "200",
            description = "One score per text",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ScoreReply.class)),
                @Content(
                        mediaType = MediaType.TEXT_PLAIN_VALUE,
                        schema = @Schema(type = "string"),
                        examples = @ExampleObject("2.19\tmaria\n")),
                @Content(
                        mediaType = Csv.MEDIA_TYPE,
                        schema = @Schema(type = "string"),
                        examples =
                                @ExampleObject(
                                        "text,logLikelihood,bitsPerCharacter,novel\nmaria,-9.1,2.19,false\n")),
                @Content(
                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                        schema = @Schema(implementation = TextLine.Scored.class))
            })
    @TextErrorResponses
    ResponseEntity<ScoreReply> score(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable ScoreRequest body);

    @PostMapping(path = "/inspect", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "inspect",
            summary = "Trace the forward pass over a text",
            description =
                    "Each entry shows what one position attends to, and what it predicts to come next.")
    @ApiResponse(responseCode = "200", description = "The trace of the text")
    @TextErrorResponses
    ResponseEntity<InspectReply> inspect(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable InspectRequest body);

    @GetMapping(
            path = "/losses",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getLosses",
            summary = "Show the training losses",
            description =
                    "Without maxPoints, returns the loss of every step. With maxPoints, returns at most that"
                            + " many buckets, which preserve every spike.")
    @ApiResponse(responseCode = "200", description = "Losses or buckets")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.WRONG_TYPE,
        ErrorCode.OUT_OF_RANGE,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED
    })
    LossesReply losses(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = "First step, counted from 1") @RequestParam(required = false)
                    @Nullable Long from,
            @Parameter(description = "Last step, inclusive") @RequestParam(required = false)
                    @Nullable Long to,
            @Parameter(description = "Maximum number of buckets") @RequestParam(required = false)
                    @Nullable Integer maxPoints);

    @GetMapping(
            path = "/embeddings",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getEmbeddings",
            summary = "Show the token embeddings",
            description = "The rows are in the order of the token ids.")
    @ApiResponse(responseCode = "200", description = "One row per token")
    @QueryErrorResponses
    ResponseEntity<EmbeddingsReply> embeddings(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable PastStep step);

    @GetMapping("/positions")
    @Operation(
            operationId = "getPositions",
            summary = "Show the position embeddings",
            description = "There is one row per position.")
    @ApiResponse(responseCode = "200", description = "blockSize rows of nEmbd numbers")
    @QueryErrorResponses
    ResponseEntity<double[][]> positions(
            CallContext call,
            @PathVariable String name,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable PastStep step);

    @GetMapping("/baselines")
    @Operation(
            operationId = "getBaselines",
            summary = "Show the baselines of the loss",
            description =
                    "These are the losses of three simple models on the documents: one that finds all"
                            + " tokens equally likely (uniform), one that knows how frequent each"
                            + " token is (unigram), and one that knows how frequent each is after"
                            + " every other (bigram). The last is absent for vocabularies of more than"
                            + " 2,000 tokens.")
    @ApiResponse(responseCode = "200", description = "The losses, in nats")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    Baselines baselines(CallContext call, @PathVariable String name);

    @GetMapping("/config")
    @Operation(
            operationId = "getConfig",
            summary = "Show the shape and the options of the model",
            description = "Contains the options at creation, as changed by steering since.")
    @ApiResponse(responseCode = "200", description = "Shape and options")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    ConfigReply config(CallContext call, @PathVariable String name);
}
