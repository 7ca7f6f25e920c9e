package dev.microgpt.session;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ModelSource;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.Query;
import dev.microgpt.session.query.TextTokens;
import dev.microgpt.session.query.TextTokensTask;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// Queries a session's model, current or as of an earlier step. The session's actor computes the results
/// between two slices of training.
public final class SessionQueries {

    /// Memory for each number of a response until it has been sent, as a number and as text.
    private static final int BYTES_PER_NUMBER = 32;

    /// Memory for each token of a response until it has been sent, as objects and as text.
    private static final long BYTES_PER_TOKEN = 256;

    /// Memory for each byte of a token's text until it has been sent, as text and as JSON: up to four characters
    /// each.
    private static final long BYTES_PER_TEXT_BYTE = 8;

    private final Session session;
    private final Limits limits;
    private final Texts texts;

    SessionQueries(Session session, Limits limits) {
        this.session = session;
        this.limits = limits;
        texts = new Texts(session, this, limits);
    }

    /// Returns what generates and scores texts.
    public Texts texts() {
        return texts;
    }

    /// Sends a query to the session's actor and waits for the result.
    <R> R ask(CallContext call, Query<R> query) {
        return session.call(call, new Command.Ask<>(query));
    }

    /// Sends a query that is computed in a single slice, and waits for the result.
    <R> R askInOneSlice(CallContext call, Function<ModelSource, R> query) {
        return ask(call, (models, _) -> query.apply(models));
    }

    // ---- memory and limits, on the caller's thread

    /// Checks that the session has parameters, whether it is in memory or not.
    ///
    /// @throws SessionException `not_loaded`
    SessionView requireLoaded() {
        SessionView view = session.published().view();
        Preconditions.requireLoaded(view);
        return view;
    }

    /// Reserves memory for the traces of a response.
    ///
    /// @throws InvalidInputException if a response would carry too many numbers
    void reserveTraces(CallContext call, double numbers) {
        limits.checkTraces(numbers);
        call.reserve(Math.round(numbers) * BYTES_PER_NUMBER, "the response");
    }

    /// Reserves memory for the model as of an earlier step.
    void reserveModel(CallContext call, @Nullable PastStep step) {
        SessionView view = requireLoaded();
        Integer vocabSize = view.vocabSize();
        if (step != null && vocabSize != null) {
            long bytes = LanguageModel.estimateBytes(view.options(), vocabSize);
            call.reserve(bytes, "the model as of " + step);
        }
    }

    /// Checks that the session has documents, and not only parameters.
    ///
    /// @throws SessionException `not_loaded`
    public void requireDocuments() {
        Preconditions.requireDocuments(requireLoaded());
    }

    /// Returns the documents.
    ///
    /// @throws SessionException `not_loaded`, or `busy`
    public Corpus documents(CallContext call) {
        requireDocuments();
        return askInOneSlice(call, models -> models.model().corpus());
    }

    // ---- tokens

    /// Returns the tokenizer.
    ///
    /// @throws SessionException `not_loaded`, or `busy`
    public Tokenizer tokenizer(CallContext call) {
        Tokenizer tokenizer = askForTokenizer(call);
        long bytes =
                tokenizer.vocabSize() * BYTES_PER_TOKEN
                        + tokenizer.totalBytes() * BYTES_PER_TEXT_BYTE;
        call.reserve(bytes, "the response");
        return tokenizer;
    }

    /// Returns the tokenizer, for which no memory is reserved.
    Tokenizer askForTokenizer(CallContext call) {
        requireLoaded();
        return askInOneSlice(call, models -> models.model().corpus().tokenizer());
    }

    /// Splits a text into tokens.
    ///
    /// @param wantsSteps whether to find the merges that lead to the tokens, too
    /// @throws InvalidInputException if the text or its steps are too long for a response, or the text has no
    ///     tokens
    /// @throws SessionException `not_loaded`, `no_memory` or `busy`
    public TextTokens tokenize(CallContext call, String text, boolean wantsSteps) {
        long bytes = Corpus.utf8Length(text);
        limits.checkTokenised("the text has", bytes);
        Tokenizer tokenizer = askForTokenizer(call);
        call.reserve(bytes * BYTES_PER_TOKEN, "the response");
        if (wantsSteps) {
            // each merge is shown once, and a byte is part of one token after the other
            long most = Math.min(tokenizer.totalBytes(), bytes * BpeTokenizer.MAX_TOKEN_BYTES);
            call.reserve(
                    Math.min(limits.traceValues(), most) * BYTES_PER_TEXT_BYTE, "the response");
        }
        return session.computeDetached(
                Demand.CALL, new TextTokensTask(tokenizer, text, wantsSteps, limits));
    }

    // ---- inspect

    /// Runs the forward pass over a text and returns its intermediate results.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range or the response would be too large
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<Inspection> inspect(CallContext call, String text, @Nullable PastStep step) {
        reserveModel(call, step);
        PublishedState now = session.published();
        ModelOptions options = now.view().options();
        int perChar = options.tokenization().tokenizer() == TokenizerKind.CHARS ? 1 : 3; // bytes
        long tokens = Math.min((long) perChar * text.length() + 1, options.blockSize());
        reserveTraces(call, (double) now.traceSize((int) tokens));
        return askInOneSlice(
                call,
                models -> {
                    AsOf<LanguageModel> model = models.modelAsOf(step);
                    return new AsOf<>(model.step(), model.value().inspect(text));
                });
    }

    // ---- embeddings

    /// Returns the token embeddings.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<TokenEmbedding>> embeddings(CallContext call, @Nullable PastStep step) {
        return session.callTimeout().awaitQuery(embeddingsAsync(call, step));
    }

    /// Returns the token embeddings. Does not wait for them.
    public CompletableFuture<AsOf<List<TokenEmbedding>>> embeddingsAsync(
            CallContext call, @Nullable PastStep step) {
        reserveModel(call, step);
        Query<AsOf<List<TokenEmbedding>>> query =
                (models, _) -> {
                    AsOf<LanguageModel> model = models.modelAsOf(step);
                    return new AsOf<>(model.step(), model.value().getEmbeddings());
                };
        return session.send(call, new Command.Ask<>(query));
    }

    /// Returns the position embeddings, (blockSize, nEmbd).
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<double[][]> positions(CallContext call, @Nullable PastStep step) {
        return askInOneSlice(
                call,
                models -> {
                    ModelState past = models.stateAsOf(step);
                    return new AsOf<>(past.step(), models.model().positionEmbeddings(past));
                });
    }
}
