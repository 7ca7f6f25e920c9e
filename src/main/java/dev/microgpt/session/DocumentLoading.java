package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.compute.Demand;

/// Loads documents into a session: for a new model, or for the model that it has.
public final class DocumentLoading {

    private final Session session;
    private final SessionQueries queries;
    private final Environment environment;

    DocumentLoading(Session session, SessionQueries queries, Environment environment) {
        this.session = session;
        this.queries = queries;
        this.environment = environment;
    }

    /// Loads documents, shuffles them and initializes new parameters, all from the session's seed.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public PublishedState load(CallContext call, Corpus corpus, boolean overwrite) {
        ModelOptions options = session.published().view().options();
        Corpus tokens = TokenisingTask.tokens(call, corpus, options, session::computeDetached);
        environment.limits().check(options, tokens);
        long numParams = options.numParams(tokens.tokenizer().vocabSize());
        environment.parameters().require(call.caller(), session.id(), numParams);
        call.reserveForSession(SessionSize.atStart(options, tokens));
        return session.call(call, new Command.Load(tokens, options.tokenization(), overwrite));
    }

    /// Continues with other documents from the next step on, even while a run is active. Parameters, optimiser state,
    /// step and losses stay, see [MicroGpt#continueWith].
    ///
    /// @param grow whether characters that the model does not know get tokens
    /// @throws InvalidInputException if a character has no token and `grow` is false, if a limit would be exceeded, or
    ///     if the session has continued too often
    /// @throws SessionException `not_loaded`, `wrong_state`, `quota_exceeded`, `no_memory` or `busy`
    public PublishedState continueWith(CallContext call, Corpus characters, boolean grow) {
        ModelOptions options = session.published().view().options();
        Tokenizer tokenizer = queries.askForTokenizer(call);
        boolean isPairs = tokenizer.kind() == TokenizerKind.BPE; // a character has up to four bytes
        call.reserve((isPairs ? 4 : 1) * characters.bytes(), "the tokens of the documents");
        Corpus tokens =
                session.computeDetached(
                        Demand.TRAINING, _ -> characters.inTokensOf(tokenizer, grow));
        environment.limits().check(options, tokens);
        long numParams = options.numParams(tokens.tokenizer().vocabSize());
        environment.parameters().require(call.caller(), session.id(), numParams);
        call.reserveForSession(
                SessionSize.atStart(options, tokens)
                        + ModelState.estimateBytes(options, tokens.tokenizer().vocabSize()));
        return session.call(call, new Command.Continue(tokens, tokenizer));
    }

    /// Checks that a session can continue with other documents, before a large body is read.
    ///
    /// @throws InvalidInputException if it has done so too often
    /// @throws SessionException `not_loaded` or `wrong_state`
    public void requireContinuable() {
        Preconditions.requireContinuable(session.published().view());
    }

    /// Checks that loading would lose nothing, before a large body is read.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public void requireLoadable(boolean overwrite) {
        Preconditions.requireLoadable(session.published().view(), overwrite);
    }
}
