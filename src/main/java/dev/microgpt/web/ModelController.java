package dev.microgpt.web;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.EmbeddingReply;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.InspectReply;
import dev.microgpt.wire.InspectRequest;
import dev.microgpt.wire.LossesReply;
import dev.microgpt.wire.QueryErrorResponses;
import dev.microgpt.wire.ScoreReply;
import dev.microgpt.wire.ScoreRequest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
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
import org.springframework.web.bind.annotation.RestController;

import java.util.List;

/// Asks a model: for texts, losses, embeddings, its shape.
@RestController
@RequestMapping(path = "/api/v1/sessions/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Model")
class ModelController {

    private final SessionService sessions;
    private final Limits limits;
    private final IdempotentReplies replies;

    ModelController(SessionService sessions, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.limits = limits;
    }

    @PostMapping(path = "/generate", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "generate",
            summary = "Generate texts",
            description =
                    "Without a seed, draws from the session's generator as microgptjs does. As"
                            + " text/event-stream: an event token {char, tokenId, prob} for each character"
                            + " after the prompt, then done with the sample; for each text.")
    @ApiResponse(
            responseCode = "200",
            description = "the texts",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = GenerateReply.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(type = "string"))
            })
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.UNKNOWN_CHARACTER,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY,
        ErrorCode.WRONG_STATE
    })
    ResponseEntity<GenerateReply> generate(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody(required = false) @Nullable GenerateRequest body) {
        GenerateRequest request = body == null ? GenerateRequest.DEFAULTS : body;
        GenerateCall wanted = request.toCall(limits);
        return replies.reply(
                call,
                c -> sessions.get(c, name).queries().generate(c, wanted),
                samples -> AsOfReply.of(wanted.step(), samples, GenerateReply.of(wanted, samples)));
    }

    @PostMapping(path = "/score", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "score",
            summary = "Tell how likely texts are",
            description = "Character by character, in nats; the end of a text counts.")
    @ApiResponse(responseCode = "200", description = "a score for each text")
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.UNKNOWN_CHARACTER,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY,
        ErrorCode.WRONG_STATE
    })
    ResponseEntity<ScoreReply> score(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody(required = false) @Nullable ScoreRequest body) {
        ScoreRequest request = body == null ? new ScoreRequest(null, null) : body;
        Session session = sessions.get(call, name);
        List<String> texts = request.checked(limits);
        return replies.reply(
                call,
                c -> session.queries().score(c, texts, request.step()),
                scores -> AsOfReply.of(request.step(), scores, new ScoreReply(scores.value())));
    }

    @PostMapping(path = "/inspect", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "inspect",
            summary = "Show the forward pass over a text",
            description = "Entry by entry what each position looks at, and what it expects next.")
    @ApiResponse(responseCode = "200", description = "the trace of the text")
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.UNKNOWN_CHARACTER,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY,
        ErrorCode.WRONG_STATE
    })
    ResponseEntity<InspectReply> inspect(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody(required = false) @Nullable InspectRequest body) {
        InspectRequest request = body == null ? new InspectRequest(null, null) : body;
        Session session = sessions.get(call, name);
        String text = request.requiredText();
        return replies.reply(
                call,
                c -> session.queries().inspect(c, text, request.step()),
                inspection ->
                        AsOfReply.of(
                                request.step(), inspection, InspectReply.of(request, inspection)));
    }

    @GetMapping("/losses")
    @Operation(
            operationId = "getLosses",
            summary = "Losses of the steps so far",
            description =
                    "Raw without maxPoints; with it in at most so many buckets, which hide no spike.")
    @ApiResponse(responseCode = "200", description = "losses or buckets")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.WRONG_TYPE,
        ErrorCode.OUT_OF_RANGE,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED
    })
    LossesReply losses(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = "first step, counted from 1") @RequestParam(required = false)
                    @Nullable Long from,
            @Parameter(description = "last step, included") @RequestParam(required = false)
                    @Nullable Long to,
            @Parameter(description = "most buckets wanted") @RequestParam(required = false)
                    @Nullable Integer maxPoints) {
        return LossesReply.of(
                sessions.get(call, name).losses(call), from, to, maxPoints, limits.lossesPerCall());
    }

    @GetMapping("/embeddings")
    @Operation(
            operationId = "getEmbeddings",
            summary = "The token embeddings",
            description = "In the order of the token ids.")
    @ApiResponse(responseCode = "200", description = "one row a token")
    @QueryErrorResponses
    ResponseEntity<List<EmbeddingReply>> embeddings(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable Long step) {
        AsOf<List<TokenEmbedding>> embeddings =
                sessions.get(call, name).queries().embeddings(call, step);
        return AsOfReply.of(step, embeddings, EmbeddingReply.of(embeddings.value()));
    }

    @GetMapping("/positions")
    @Operation(
            operationId = "getPositions",
            summary = "The position embeddings",
            description = "A row a position.")
    @ApiResponse(responseCode = "200", description = "blockSize rows of nEmbd numbers")
    @QueryErrorResponses
    ResponseEntity<double[][]> positions(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = GenerateRequest.AS_OF) @RequestParam(required = false)
                    @Nullable Long step) {
        AsOf<double[][]> positions = sessions.get(call, name).queries().positions(call, step);
        return AsOfReply.of(step, positions, positions.value());
    }

    @GetMapping("/baselines")
    @Operation(
            operationId = "getBaselines",
            summary = "What losses are to be compared with",
            description =
                    "The losses that models would have on the documents which find all characters equally"
                            + " likely, know how frequent each is, or how frequent after each other one."
                            + " The last is missing for alphabets of more than 2,000.")
    @ApiResponse(responseCode = "200", description = "the losses, in nats")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY
    })
    Baselines baseLines(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return sessions.get(call, name).inspection().baselines(call);
    }

    @GetMapping("/config")
    @Operation(
            operationId = "getConfig",
            description = "What the session was made with, and what it was steered to since.",
            summary = "The shape of the model and its options")
    @ApiResponse(responseCode = "200", description = "shape and options")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    ConfigReply config(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return ConfigReply.of(sessions.get(call, name).published().view());
    }
}
