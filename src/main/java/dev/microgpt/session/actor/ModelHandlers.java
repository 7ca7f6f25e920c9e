package dev.microgpt.session.actor;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// Executes the commands that give a session another model, or its model other documents. As in [CommandHandlers],
/// preconditions come first, and nothing is persisted or published here.
final class ModelHandlers {

    private final Holding holding;
    private final Environment environment;

    ModelHandlers(Holding holding, Environment environment) {
        this.holding = holding;
        this.environment = environment;
    }

    Result<PublishedState> replace(
            ActiveSession session, Command.Replace command, CallContext context) {
        MicroGpt model = command.model();
        reserveParameters(context, command.kind() == null ? 0 : model.numParams());
        Instant now = environment.ticker().now();
        session.replace(nextEpoch(), model, null, now);
        if (command.past() != null) {
            session.timeline().replaceWith(command.past(), model.options().random());
        }
        if (command.kind() != null) {
            session.begin(command.kind(), now);
        }
        session.setCreatedAt(now);
        return Result.of(session.published(), new Result.Effect.Begun(null));
    }

    Result<PublishedState> load(ActiveSession session, Command.Load command, CallContext context) {
        Preconditions.requireLoadable(session.view(), command.overwrite());
        ModelOptions options = session.model().options();
        Preconditions.requireTokens(command.tokenization(), options);
        Corpus corpus = command.corpus();
        environment.limits().check(options, corpus);
        reserveParameters(context, options.numParams(corpus.tokenizer().vocabSize()));
        session.replace(
                nextEpoch(),
                newModel(options, corpus),
                SessionEvent.Kind.LOADED,
                environment.ticker().now());
        return Result.of(session.published(), new Result.Effect.Begun(null));
    }

    Result<PublishedState> continueWith(
            ActiveSession session, Command.Continue command, CallContext context) {
        Preconditions.requireContinuable(session.view());
        Preconditions.requireTokens(command.former(), session.model().corpus().tokenizer());
        Corpus corpus = command.corpus();
        ModelOptions options = session.model().options();
        environment.limits().check(options, corpus);
        int _ = options.heldOut().numDocuments(corpus.size()); // before anything is reserved
        reserveParameters(context, options.numParams(corpus.tokenizer().vocabSize()));
        session.continueWith(corpus, environment.ticker().now());
        return Result.of(session.published(), new Result.Effect.Continued());
    }

    /// Reserves the parameters of a new model in the quota. Publishing sets the final count, also after a
    /// rollback.
    private void reserveParameters(CallContext context, long count) {
        long _ = environment.parameters().reserve(context.caller(), holding.id(), count);
    }

    private long nextEpoch() {
        return environment.store().nextEpoch();
    }

    /// Returns a model with new parameters, or one without documents.
    static MicroGpt newModel(ModelOptions options, @Nullable Corpus corpus) {
        MicroGpt model = new MicroGpt(options);
        if (corpus != null) {
            model.loadData(corpus);
            model.initParams();
        }
        return model;
    }
}
