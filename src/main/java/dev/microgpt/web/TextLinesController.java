package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.Texts;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.ScoreRequest;
import dev.microgpt.wire.TextLine;

import io.swagger.v3.oas.annotations.Operation;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Generates and scores texts for clients that accept lines: plain text, CSV or JSON. They are sent while they are
/// computed, so that there may be many.
@RestController
@RequestMapping(
        path = "/api/v1/sessions/{name}",
        produces = {MediaType.TEXT_PLAIN_VALUE, Csv.MEDIA_TYPE, MediaType.APPLICATION_NDJSON_VALUE})
class TextLinesController {

    private final SessionService sessions;
    private final Limits limits;
    private final JsonMapper json;

    TextLinesController(SessionService sessions, Limits limits, JsonMapper json) {
        this.sessions = sessions;
        this.limits = limits;
        this.json = json;
    }

    @PostMapping(path = "/generate", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(hidden = true) // ModelApi documents it together with the JSON response
    void generate(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable GenerateRequest body,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        requireNoKey(call, request);
        TextLines.Format format = TextLines.Format.of(request);
        GenerateCall generateCall =
                (body == null ? GenerateRequest.DEFAULTS : body)
                        .toLinesCall(limits, format != TextLines.Format.PLAIN);
        Texts texts = sessions.get(call, name).queries().texts();
        List<String> columns = TextLine.Generated.columns(generateCall);
        TextLines lines = new TextLines(format, columns, json, request, response);
        lines.send(() -> generate(call, texts, generateCall, lines));
    }

    private static void generate(
            CallContext call, Texts texts, GenerateCall generateCall, TextLines lines)
            throws IOException {
        Counts counts = new Counts();
        texts.generateInBatches(
                call,
                generateCall,
                batch -> {
                    List<TextLine.Generated> generated =
                            batch.value().texts().stream().map(TextLine.Generated::of).toList();
                    lines.batch(generated);
                    counts.add(generated, batch.value());
                });
        lines.end(counts.end());
    }

    /// What the last line tells of the texts.
    private static final class Counts {

        private long count;
        private long known;
        private GeneratedTexts last = new GeneratedTexts(List.of(), 0, Map.of());

        void add(List<TextLine.Generated> lines, GeneratedTexts batch) {
            count += lines.size();
            known += lines.stream().filter(line -> Boolean.TRUE.equals(line.known())).count();
            last = batch;
        }

        TextLine.End end() {
            return TextLine.End.of(count, known, last);
        }
    }

    @PostMapping(path = "/score", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(hidden = true) // ModelApi documents it together with the JSON response
    void score(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable ScoreRequest body,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        ScoreRequest scoreRequest = body == null ? new ScoreRequest(null, null) : body;
        score(
                call,
                name,
                scoreRequest.checkedLines(limits),
                scoreRequest.step(),
                request,
                response);
    }

    /// Scores each line of a text that is not blank.
    @PostMapping(path = "/score", consumes = MediaType.TEXT_PLAIN_VALUE)
    @Operation(hidden = true) // ModelApi documents it together with the JSON response
    void scoreText(
            CallContext call,
            @PathVariable String name,
            @RequestParam(required = false) @Nullable PastStep step,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Corpus corpus = Corpus.read(request.getInputStream(), limits.ofText());
        InvalidInputException.requireRange("texts", corpus.size(), 1, limits.textsPerStream());
        List<String> texts = IntStream.range(0, corpus.size()).mapToObj(corpus::document).toList();
        score(call, name, texts, step, request, response);
    }

    private void score(
            CallContext call,
            String name,
            List<String> texts,
            @Nullable PastStep step,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        requireNoKey(call, request);
        TextLines.Format format = TextLines.Format.of(request);
        Texts scores = sessions.get(call, name).queries().texts();
        TextLines lines = new TextLines(format, TextLine.Scored.columns(), json, request, response);
        lines.send(
                () -> {
                    scores.scoreInBatches(
                            call,
                            texts,
                            step,
                            batch ->
                                    lines.batch(
                                            batch.value().stream()
                                                    .map(TextLine.Scored::of)
                                                    .toList()));
                    lines.end(new TextLine.End(texts.size(), null, null, null));
                });
    }

    private static void requireNoKey(CallContext call, HttpServletRequest request) {
        if (call.idempotency() != null) {
            throw IdempotencyFilter.notForStreams(request.getHeader(IdempotencyFilter.HEADER));
        }
    }
}
