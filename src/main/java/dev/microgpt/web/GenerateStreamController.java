package dev.microgpt.web;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.SampleListener;
import dev.microgpt.wire.EventWriter;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.Problems;

import io.swagger.v3.oas.annotations.Operation;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.List;

/// Streams texts as they are generated, one event per character, to clients that accept
/// `text/event-stream`.
@RestController
@RequestMapping("/api/v1/sessions/{name}")
class GenerateStreamController {

    private final SessionService sessions;
    private final Limits limits;
    private final JsonMapper json;

    GenerateStreamController(SessionService sessions, Limits limits, JsonMapper json) {
        this.sessions = sessions;
        this.limits = limits;
        this.json = json;
    }

    @PostMapping(
            path = "/generate",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(hidden = true) // ModelApi documents it together with the JSON response
    void generate(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable GenerateRequest body,
            HttpServletResponse response)
            throws IOException {
        GenerateRequest request = body == null ? GenerateRequest.DEFAULTS : body;
        request.requireStreamable();
        GenerateCall generateCall = request.toCall(limits);
        Session session = sessions.get(call, name);
        Corpus documents = request.wantsKnown() ? session.queries().documents(call) : null;
        Listener listener = new Listener(generateCall, documents, response);
        try {
            session.queries().texts().generate(call, generateCall, listener);
        } catch (RuntimeException e) {
            if (listener.events == null) {
                throw e; // nothing has been sent yet, so the response can still be a problem
            }
            listener.send("error", Problems.of(e));
        }
    }

    private record Token(@JsonProperty("char") String symbol, int tokenId, double prob) {}

    private record Done(
            @Nullable Long step,
            String text,
            int[] tokens,
            @Nullable Boolean known,
            @Nullable List<Trace> vizData) {}

    private final class Listener implements SampleListener {

        private final GenerateCall call;
        private final @Nullable Corpus documents;
        private final HttpServletResponse response;
        private @Nullable EventWriter events;

        /// @param documents the documents to look the texts up in; null to leave `known` out
        Listener(GenerateCall call, @Nullable Corpus documents, HttpServletResponse response) {
            this.call = call;
            this.documents = documents;
            this.response = response;
        }

        @Override
        public void generated(int tokenId, String symbol, double prob) throws IOException {
            send("token", new Token(symbol, tokenId, prob));
        }

        @Override
        public void ended(long step, Sample sample) throws IOException {
            send(
                    "done",
                    new Done(
                            call.step() == null ? null : step,
                            sample.text(),
                            sample.tokens(),
                            documents == null ? null : documents.contains(sample),
                            call.options().viz() ? sample.vizData() : null));
        }

        void send(String type, Object data) throws IOException {
            if (events == null) {
                events = EventWriter.open(response);
            }
            events.event(type, null, json.writeValueAsString(data));
        }
    }
}
