package dev.microgpt.session;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.TextStream;
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
/// in [Batches].
public final class Texts {

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

    // ---- generate

    /// Generates texts. If a call without idempotency key filters them, they are generated in batches.
    ///
    /// @throws InvalidInputException if the step is out of range or the response would be too large
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<GeneratedTexts> generate(CallContext call, GenerateCall request) {
        if (request.filter().isNone() || call.idempotency() != null) {
            return session.callTimeout().await(generateAsync(call, request));
        }
        List<AsOf<GeneratedTexts>> batches = new ArrayList<>();
        new GenerationBatches(call, request).forEach(batches::add);
        List<GeneratedText> texts =
                batches.stream().flatMap(batch -> batch.value().texts().stream()).toList();
        AsOf<GeneratedTexts> last = batches.getLast();
        return new AsOf<>(
                last.step(),
                new GeneratedTexts(texts, last.value().tries(), last.value().rejected()));
    }

    /// Generates texts in one command. Does not wait for them.
    public CompletableFuture<AsOf<GeneratedTexts>> generateAsync(
            CallContext call, GenerateCall request) {
        reserveSamples(call, request);
        return session.send(call, generating(new Generation(request, session.parallelRunner())));
    }

    /// Generates texts in batches, and passes each batch to a listener.
    ///
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, `no_memory` or `busy`
    /// @throws IOException if the listener throws it
    public void generateInBatches(CallContext call, GenerateCall request, BatchListener listener)
            throws IOException {
        new GenerationBatches(call, request).forEach(listener::generated);
    }

    private int blockSize() {
        return session.published().view().options().blockSize();
    }

    /// The batches of a call that generates texts.
    private final class GenerationBatches extends Batches<GeneratedTexts> {

        private final CallContext call;
        private final Generation generation;
        private boolean hasBegun;
        private long unreserved;

        GenerationBatches(CallContext call, GenerateCall request) {
            super(session.callTimeout(), blockSize());
            this.call = call;
            reserveSamples(call, request);
            generation = new Generation(request, session.parallelRunner());
        }

        @Override
        CompletableFuture<AsOf<GeneratedTexts>> send(int texts) {
            generation.beginBatch(texts);
            // the version that a caller asks for is that before its own draws
            CallContext context = hasBegun ? call.unconditional() : call;
            hasBegun = true;
            return session.send(context, generating(generation));
        }

        @Override
        void note(GeneratedTexts batch) {
            if (generation.call().filter().unique()) {
                reserve(batch.texts());
            }
        }

        @Override
        boolean isDone() {
            return generation.isDone();
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
        Generation generation = new Generation(request, session.parallelRunner());
        for (int i = 0; i < request.count(); i++) {
            AsOf<Sample> sample = streamSample(call, generation, listener);
            listener.ended(sample.step(), sample.value());
        }
    }

    private void reserveSamples(CallContext call, GenerateCall request) {
        queries.reserveModel(call, request.step());
        PublishedState now = session.published();
        Integer vocabSize = now.view().vocabSize();
        if (request.count() >= TextStream.MANY && vocabSize != null) {
            long bytes =
                    TextStream.estimateBytes(
                            now.view().options(), vocabSize, session.parallelRunner());
            call.reserve(bytes, "the texts that are generated at a time");
        }
        if (request.options().viz()) {
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

    /// Computes how likely each text is for the model, in batches, and passes each batch to a listener. Texts with
    /// characters that the model does not know have no score.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException if the listener throws it
    public void scoreInBatches(
            CallContext call, List<String> texts, @Nullable PastStep step, ScoreListener listener)
            throws IOException {
        queries.reserveModel(call, step);
        new ScoringBatches(call, new TextScoring(texts, step)).forEach(listener::scored);
    }

    /// The batches of a call that scores texts.
    private final class ScoringBatches extends Batches<List<ScoredText>> {

        private final CallContext call;
        private final TextScoring scoring;

        ScoringBatches(CallContext call, TextScoring scoring) {
            super(session.callTimeout(), blockSize());
            this.call = call;
            this.scoring = scoring;
        }

        @Override
        CompletableFuture<AsOf<List<ScoredText>>> send(int texts) {
            scoring.beginBatch(texts);
            return session.send(call, new Command.Ask<>(scoring));
        }

        @Override
        boolean isDone() {
            return scoring.isDone();
        }
    }
}
