package dev.microgpt.session;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedText;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.SampleListener;
import dev.microgpt.session.query.ScoredText;
import dev.microgpt.session.query.Scoring;
import dev.microgpt.session.query.TextScoring;
import dev.microgpt.session.query.TokenQueue;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Generates texts with a session's model, current or as of an earlier step, and scores texts. A large call is made
/// in batches, each a command of its own: the next one begins when the caller has dealt with the last, so a caller
/// that stops costs no computation, and other calls have their turn.
public final class Texts {

    private static final int FIRST_BATCH = 64; // so that the first texts come soon
    private static final int LARGEST_BATCH = 4096;

    /// Memory for a text among those that may not come again, apart from its characters.
    private static final int BYTES_PER_TEXT = 96;

    private static final long RESERVED_AT_ONCE = 1 << 20;

    private final Session session;
    private final SessionQueries queries;
    private final Limits limits;

    Texts(Session session, SessionQueries queries, Limits limits) {
        this.session = session;
        this.queries = queries;
        this.limits = limits;
    }

    /// Receives the texts of a call, batch by batch. An exception that it throws ends the call.
    public interface BatchListener {

        /// @param batch the texts of this batch; tries and rejections are those of the call so far
        void generated(AsOf<GeneratedTexts> batch) throws IOException;
    }

    private static int nextSize(int size) {
        return Math.min(2 * size, LARGEST_BATCH);
    }

    // ---- generate

    /// Generates texts. If a call without idempotency key filters them, they are generated in batches.
    ///
    /// @throws InvalidInputException if the step is out of range or the response would be too large
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<GeneratedTexts> generate(CallContext call, GenerateCall request) {
        if (request.filter().isNone() || call.idempotency() != null) {
            return session.callTimeout().await(generateAsync(call, request));
        }
        List<GeneratedText> texts = new ArrayList<>();
        Batches batches = new Batches(call, request);
        AsOf<GeneratedTexts> batch;
        do {
            batch = batches.next();
            texts.addAll(batch.value().texts());
        } while (!batches.generation.isDone());
        GeneratedTexts last = batch.value();
        return new AsOf<>(batch.step(), new GeneratedTexts(texts, last.tries(), last.rejected()));
    }

    /// Generates texts in one command. Does not wait for them.
    public CompletableFuture<AsOf<GeneratedTexts>> generateAsync(
            CallContext call, GenerateCall request) {
        reserveSamples(call, request);
        return session.send(call, generating(new Generation(request)));
    }

    /// Generates texts in batches, and passes each batch to a listener before it begins the next.
    ///
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, `no_memory` or `busy`
    /// @throws IOException if the listener throws it
    public void generateInBatches(CallContext call, GenerateCall request, BatchListener listener)
            throws IOException {
        Batches batches = new Batches(call, request);
        do {
            listener.generated(batches.next());
        } while (!batches.generation.isDone());
    }

    /// The batches of one call.
    private final class Batches {

        private final CallContext call;
        private final Generation generation;
        private int size = FIRST_BATCH;
        private boolean hasBegun;
        private long unreserved;

        Batches(CallContext call, GenerateCall request) {
            this.call = call;
            reserveSamples(call, request);
            generation = new Generation(request);
        }

        AsOf<GeneratedTexts> next() {
            generation.beginBatch(size);
            size = nextSize(size);
            // the version that a caller asks for is that before its own draws
            CallContext context = hasBegun ? call.unconditional() : call;
            hasBegun = true;
            AsOf<GeneratedTexts> batch = session.call(context, generating(generation));
            if (generation.call().filter().unique()) {
                reserve(batch.value().texts());
            }
            return batch;
        }

        /// Reserves memory for texts that may not come again.
        private void reserve(List<GeneratedText> texts) {
            for (GeneratedText text : texts) {
                unreserved += BYTES_PER_TEXT + 2L * text.sample().text().length();
            }
            if (unreserved >= RESERVED_AT_ONCE) {
                call.reserve(unreserved, "the texts that may not come again");
                unreserved = 0;
            }
        }
    }

    private static Command<AsOf<GeneratedTexts>> generating(Generation generation) {
        return generation.call().drawsFromSession()
                ? new Command.Draw(generation)
                : new Command.Ask<>(generation);
    }

    /// Generates texts one after the other, and passes each character to a listener as soon as it is
    /// generated.
    ///
    /// @throws InvalidInputException if the step is out of range or the response would be too large
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException if the listener throws it, which ends the generation
    public void generate(CallContext call, GenerateCall request, SampleListener listener)
            throws IOException {
        reserveSamples(call, request);
        Generation generation = new Generation(request);
        for (int i = 0; i < request.count(); i++) {
            AsOf<Sample> sample = streamSample(call, generation, listener);
            listener.ended(sample.step(), sample.value());
        }
    }

    private void reserveSamples(CallContext call, GenerateCall request) {
        queries.reserveModel(call, request.step());
        if (request.options().viz()) {
            PublishedState now = session.published();
            int blockSize = now.view().options().blockSize();
            queries.reserveTraces(call, (double) request.count() * now.traceSize(blockSize));
        }
    }

    private AsOf<Sample> streamSample(
            CallContext call, Generation generation, SampleListener listener) throws IOException {
        TokenQueue tokens = new TokenQueue();
        Command<AsOf<Sample>> command =
                generation.call().drawsFromSession()
                        ? new Command.DrawNext(generation, tokens)
                        : new Command.GenerateNext(generation, tokens);
        var sample = session.send(call, command).whenComplete((_, _) -> tokens.end());
        try {
            tokens.forwardTo(listener, limits.callTime());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the wait below throws for it
        } finally {
            tokens.stop();
        }
        return session.callTimeout().await(sample);
    }

    // ---- score

    /// Computes how likely each text is for the model.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range or a text has an unknown character
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Score>> score(CallContext call, List<String> texts, @Nullable PastStep step) {
        queries.reserveModel(call, step);
        return queries.ask(call, new Scoring(texts, step));
    }

    /// Receives the scores of texts, batch by batch. An exception that it throws ends the call.
    public interface ScoreListener {

        void scored(AsOf<List<ScoredText>> batch) throws IOException;
    }

    /// Computes how likely each text is for the model, in batches, and passes each batch to a listener before it
    /// begins the next. Texts with characters that the model does not know have no score.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException if the listener throws it
    public void scoreInBatches(
            CallContext call, List<String> texts, @Nullable PastStep step, ScoreListener listener)
            throws IOException {
        queries.reserveModel(call, step);
        TextScoring scoring = new TextScoring(texts, step);
        int size = FIRST_BATCH;
        do {
            scoring.beginBatch(size);
            size = nextSize(size);
            listener.scored(queries.ask(call, scoring));
        } while (!scoring.isDone());
    }
}
