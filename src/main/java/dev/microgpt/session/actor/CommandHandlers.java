package dev.microgpt.session.actor;

import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.Query;
import dev.microgpt.session.query.TokenQueue;
import dev.microgpt.session.run.Run;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Executes the commands of one session. Each handler checks its preconditions, then changes the session in
/// memory and returns the changes; it neither persists nor publishes them.
final class CommandHandlers {

    private final Holding holding;
    private final Environment environment;
    private final Trainer trainer;
    private final ModelHandlers models;

    CommandHandlers(Holding holding, Environment environment, Trainer trainer) {
        this.holding = holding;
        this.environment = environment;
        this.trainer = trainer;
        models = new ModelHandlers(holding, environment);
    }

    /// Returns the executable form of a command. Nothing is changed before its first slice, but
    /// the command of a step call checks its preconditions and notes where the call starts.
    @SuppressWarnings("unchecked") // a command and its active command have the same reply type
    <R> ActiveCommand<R> activeCommand(Envelope<R> envelope, ActiveSession session) {
        CallContext context = envelope.context();
        return (ActiveCommand<R>)
                switch (envelope.command()) {
                    case Command.Begin(Holding parent) ->
                            singleSlice(
                                    s -> Result.of(s.published(), new Result.Effect.Begun(parent)));
                    case Command.Replace c -> singleSlice(s -> models.replace(s, c, context));
                    case Command.Load c -> singleSlice(s -> models.load(s, c, context));
                    case Command.Continue c -> singleSlice(s -> models.continueWith(s, c, context));
                    case Command.Steer(OptionValues steering) ->
                            singleSlice(s -> steer(s, steering));
                    case Command.Train c ->
                            new StepTraining(
                                    holding,
                                    (Envelope<StepOutcome>) envelope,
                                    c,
                                    session,
                                    environment,
                                    trainer);
                    case Command.AnnounceTraining(boolean begins) ->
                            singleSlice(
                                    s -> {
                                        s.announceTraining(begins);
                                        return Result.of(true);
                                    });
                    case Command.StartRun(RunCall call) -> singleSlice(s -> startRun(s, call));
                    case Command.PauseRun(long run) -> singleSlice(s -> pauseRun(s, run));
                    case Command.ResumeRun(long run) -> singleSlice(s -> resumeRun(s, run));
                    case Command.CancelRun(long run) -> singleSlice(s -> cancelRun(s, run));
                    case Command.RestartRun(boolean continues) ->
                            singleSlice(s -> restartRun(s, continues));
                    case Command.Draw(Generation generation) -> draw(generation);
                    case Command.DrawNext(Generation generation, TokenQueue tokens) ->
                            singleSlice(s -> drawNext(s, generation, tokens));
                    case Command.GenerateNext(Generation generation, TokenQueue tokens) ->
                            singleSlice(
                                    s ->
                                            Result.of(
                                                    generation.nextSample(
                                                            new SessionModels(s), tokens)));
                    case Command.Ask<?>(Query<?> query) -> ask(query);
                    case Command.TakeForkPoint(PastStep step) ->
                            singleSlice(s -> Result.of(ForkPoint.of(s, step)));
                    case Command.Evict _ ->
                            singleSlice(_ -> Result.of(true, new Result.Effect.Evicted()));
                    case Command.Delete _ ->
                            singleSlice(_ -> Result.of(true, new Result.Effect.Deleted()));
                    case Command.HandOver(boolean isStored) ->
                            singleSlice(
                                    _ -> Result.of(true, new Result.Effect.HandedOver(isStored)));
                };
    }

    /// A handler that is done within one slice.
    private interface Handler<R> {
        Result<R> handle(ActiveSession session) throws Exception;
    }

    private static <R> ActiveCommand<R> singleSlice(Handler<R> handler) {
        return (session, _) -> handler.handle(session);
    }

    private Instant now() {
        return environment.ticker().now();
    }

    /// Executes a command on a session that is not in memory: ends it, or does nothing, as it is already evicted.
    @SuppressWarnings("unchecked") // the commands reply with a Boolean
    static <R> Result<R> executeWithoutSession(Command<R> command) {
        Result.Effect effect =
                switch (command) {
                    case Command.Delete _ -> new Result.Effect.Deleted();
                    case Command.HandOver(boolean isStored) ->
                            new Result.Effect.HandedOver(isStored);
                    default -> new Result.Effect.None();
                };
        return (Result<R>) Result.of(command.ends(), effect);
    }

    // ---- training

    private Result<PublishedState> steer(ActiveSession session, OptionValues steering) {
        Preconditions.requireLoaded(session.view());
        requireSteerable(session, steering);
        Change change = steered(session, steering);
        return Result.of(session.published(), change);
    }

    private void requireSteerable(ActiveSession session, OptionValues steering) {
        environment
                .limits()
                .check(steering.applyTo(session.model().options()), session.model().corpus());
    }

    private Change steered(ActiveSession session, OptionValues steering) {
        SessionEvent event = SessionEvent.steered(session.step(), now(), steering);
        session.apply(event);
        return new Change.Happened(event, null);
    }

    private Result<RunView> startRun(ActiveSession session, RunCall call) {
        Preconditions.requireTrainable(session.view());
        Preconditions.requireNoStepCall(session);
        session.runs().requireNone();
        Preconditions.requireValidation(session.model().options(), call.stopWhen());
        OptionValues steering = call.steering();
        if (steering != null) {
            requireSteerable(session, steering);
        }
        List<Change> changes = new ArrayList<>();
        if (steering != null) {
            changes.add(steered(session, steering));
        }
        Run run = session.runs().start(call, now(), environment.ticker().nanos());
        run.noteLearningRate(session.nextLearningRate());
        changes.add(happened(session, SessionEvent.Kind.STARTED, run));
        return Result.of(run.view(), new Result.Effect.Appended(changes));
    }

    private Result<RunView> pauseRun(ActiveSession session, long runId) {
        Run run = session.runs().find(runId);
        if (!run.trigger(RunState.Trigger.PAUSE)) {
            return Result.of(run.view());
        }
        return Result.of(run.view(), happened(session, SessionEvent.Kind.PAUSED, run));
    }

    private Result<RunView> resumeRun(ActiveSession session, long runId) {
        Run run = session.runs().find(runId);
        if (!run.state().isEnd()) {
            Preconditions.requireUsable(session.view());
        }
        if (!run.trigger(RunState.Trigger.RESUME)) {
            return Result.of(run.view());
        }
        return Result.of(run.view(), happened(session, SessionEvent.Kind.RESUMED, run));
    }

    private Result<RunView> cancelRun(ActiveSession session, long runId) {
        Run run = session.runs().find(runId);
        if (run.state().isEnd()) {
            return Result.of(run.view());
        }
        RunTraining.end(session, run, RunState.Trigger.CANCEL, "it was cancelled", now());
        return Result.of(run.view(), happened(session, SessionEvent.Kind.CANCELLED, run));
    }

    private Result<Boolean> restartRun(ActiveSession session, boolean continues) {
        Run run = session.runs().current();
        if (run == null || run.state() == RunState.PAUSED) {
            return Result.of(true);
        }
        if (continues) {
            boolean _ = run.trigger(RunState.Trigger.RESTART);
            return Result.of(true);
        }
        boolean _ = run.trigger(RunState.Trigger.PAUSE);
        return Result.of(true, happened(session, SessionEvent.Kind.PAUSED, run));
    }

    private Change happened(ActiveSession session, SessionEvent.Kind kind, Run run) {
        return RunTraining.event(session, kind, run, environment.ticker());
    }

    // ---- queries

    /// Draws from a copy of the session's generator. The copy becomes the session's generator with the last
    /// text, so either all texts of the call advance the generator or none.
    private static ActiveCommand<AsOf<GeneratedTexts>> draw(Generation generation) {
        return new ActiveCommand<>() {
            private @Nullable RandomSource generator;

            @Override
            public @Nullable Result<AsOf<GeneratedTexts>> slice(
                    ActiveSession session, Deadline deadline) {
                if (generator == null) {
                    generator = session.model().random().copy();
                    generation.useGenerator(generator);
                }
                AsOf<GeneratedTexts> samples =
                        generation.slice(new SessionModels(session), deadline);
                return samples == null ? null : drawn(session, samples, generator);
            }
        };
    }

    private static Result<AsOf<Sample>> drawNext(
            ActiveSession session, Generation generation, TokenQueue tokens) {
        RandomSource generator = session.model().random().copy();
        generation.useGenerator(generator);
        return drawn(session, generation.nextSample(new SessionModels(session), tokens), generator);
    }

    private static <T> Result<T> drawn(ActiveSession session, T value, RandomSource generator) {
        int[] words = generator.words();
        session.setGenerator(words);
        return Result.of(value, new Change.Drawn(session.step(), words));
    }

    private static <R> ActiveCommand<R> ask(Query<R> query) {
        return (session, deadline) -> {
            R value = query.slice(new SessionModels(session), deadline);
            return value == null ? null : Result.of(value);
        };
    }
}
