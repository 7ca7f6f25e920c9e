package dev.microgpt.session;

import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.ModelSource;
import dev.microgpt.session.query.Query;
import dev.microgpt.session.query.SampleListener;
import dev.microgpt.session.query.Scoring;
import dev.microgpt.session.query.TokenQueue;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What a session's model can be asked, now or as of an earlier step. The answers are computed by the
/// session's actor, between two slices of training.
public final class SessionQueries {

    /// What an answer with so many numbers takes until it has been sent: each as a number and as text.
    private static final int BYTES_PER_NUMBER = 32;

    private final Session session;
    private final Limits limits;

    SessionQueries(Session session, Limits limits) {
        this.session = session;
        this.limits = limits;
    }

    <R> R ask(CallContext call, Query<R> query) {
        return session.call(call, new Command.Ask<>(query));
    }

    /// The same where the answer is computed at once.
    <R> R askAtOnce(CallContext call, Function<ModelSource, R> query) {
        return ask(call, (models, _) -> query.apply(models));
    }

    // ---- memory and limits, on the caller's thread

    PublishedState loaded(CallContext call) {
        PublishedState now = session.wake(call);
        Preconditions.requireLoaded(now.view());
        return now;
    }

    /// @throws InvalidInputException if a reply would carry too many numbers
    void reserveTraces(CallContext call, double numbers) {
        limits.checkTraces(numbers);
        call.reserve(Math.round(numbers) * BYTES_PER_NUMBER, "the answer");
    }

    /// Takes memory for a model as it was.
    private void reserveModel(CallContext call, @Nullable Long step) {
        SessionView view = loaded(call).view();
        Integer vocabSize = view.vocabSize();
        if (step != null && vocabSize != null) {
            long bytes = LanguageModel.estimateBytes(view.options(), vocabSize);
            call.reserve(bytes, "the model as of step " + step);
        }
    }

    // ---- generate, score, inspect

    /// Generates texts.
    ///
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Sample>> generate(CallContext call, GenerateCall wanted) {
        return session.replies().await(generateAsync(call, wanted), session);
    }

    /// The same, but does not wait for the texts.
    public CompletableFuture<AsOf<List<Sample>>> generateAsync(
            CallContext call, GenerateCall wanted) {
        reserveSamples(call, wanted);
        Generation generation = new Generation(wanted);
        Command<AsOf<List<Sample>>> command =
                wanted.drawsFromSession()
                        ? new Command.Draw(generation)
                        : new Command.Ask<>(generation);
        return session.send(call, command);
    }

    /// Generates texts one after the other, and tells each character as soon as it is generated.
    ///
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException from the listener, which ends it
    public void generate(CallContext call, GenerateCall wanted, SampleListener listener)
            throws IOException {
        reserveSamples(call, wanted);
        Generation generation = new Generation(wanted);
        for (int i = 0; i < wanted.count(); i++) {
            AsOf<Sample> sample = tellSample(call, generation, listener);
            listener.ended(sample.step(), sample.value());
        }
    }

    private void reserveSamples(CallContext call, GenerateCall wanted) {
        reserveModel(call, wanted.step());
        if (wanted.options().viz()) {
            PublishedState now = session.snapshot();
            int blockSize = now.view().options().blockSize();
            reserveTraces(call, (double) wanted.count() * now.traces(blockSize));
        }
    }

    private AsOf<Sample> tellSample(
            CallContext call, Generation generation, SampleListener listener) throws IOException {
        TokenQueue tokens = new TokenQueue();
        Command<AsOf<Sample>> command =
                generation.call().drawsFromSession()
                        ? new Command.DrawNext(generation, tokens)
                        : new Command.GenerateNext(generation, tokens);
        var sample = session.send(call, command).whenComplete((_, _) -> tokens.end());
        try {
            tokens.tell(listener, limits.callTime());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // which the wait below will tell
        } finally {
            tokens.stop();
        }
        return session.replies().await(sample, session);
    }

    /// Tells how likely the model finds each text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Score>> score(CallContext call, List<String> texts, @Nullable Long step) {
        reserveModel(call, step);
        return ask(call, new Scoring(texts, step));
    }

    /// Shows the forward pass over a text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<Inspection> inspect(CallContext call, String text, @Nullable Long step) {
        reserveModel(call, step);
        PublishedState now = session.snapshot();
        int tokens = Math.min(text.length() + 1, now.view().options().blockSize());
        reserveTraces(call, (double) now.traces(tokens));
        return askAtOnce(
                call,
                models -> {
                    AsOf<LanguageModel> asked = models.modelAsOf(step);
                    return new AsOf<>(asked.step(), asked.value().inspect(text));
                });
    }

    // ---- embeddings

    /// The token embeddings.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<TokenEmbedding>> embeddings(CallContext call, @Nullable Long step) {
        return session.replies().await(embeddingsAsync(call, step), session);
    }

    /// The same, but does not wait for them.
    public CompletableFuture<AsOf<List<TokenEmbedding>>> embeddingsAsync(
            CallContext call, @Nullable Long step) {
        reserveModel(call, step);
        Query<AsOf<List<TokenEmbedding>>> query =
                (models, _) -> {
                    AsOf<LanguageModel> asked = models.modelAsOf(step);
                    return new AsOf<>(asked.step(), asked.value().getEmbeddings());
                };
        return session.send(call, new Command.Ask<>(query));
    }

    /// The position embeddings, (blockSize, nEmbd).
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<double[][]> positions(CallContext call, @Nullable Long step) {
        return askAtOnce(
                call,
                models -> {
                    ModelState past = models.stateAsOf(step);
                    return new AsOf<>(past.step(), models.model().positionEmbeddings(past));
                });
    }
}
