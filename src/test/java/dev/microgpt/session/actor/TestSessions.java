package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.ParameterQuota;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.compute.ComputeMetrics;
import dev.microgpt.session.history.KeyframeBudget;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.run.RunCall;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Creates sessions with a clock, a scheduler and a store that the test controls.
final class TestSessions {

    static final Corpus DOCUMENTS = Corpus.of("ab\nba\nabc\ncab\nbca");
    static final SessionId ID = new SessionId("local", "demo");

    /// How far a reading advances the clock.
    private static final long TICK = 1000;

    final FakeTicker ticker = new FakeTicker(Duration.ofDays(1).toNanos(), TICK);
    final ManualScheduler scheduler;
    final FakeStore store;
    final Limits limits;
    final Memory memory;
    final ParameterQuota parameters = quota();
    final Environment environment;
    final List<SessionActor> ended = new ArrayList<>();

    TestSessions() {
        this(new FakeStore(), 1000);
    }

    TestSessions(FakeStore store, int queuedCalls) {
        this(store, queuedCalls, 10);
    }

    /// @param slice readings of the clock per slice
    TestSessions(FakeStore store, int queuedCalls, int slice) {
        this.store = store;
        scheduler = new ManualScheduler(ticker, slice * TICK);
        limits = limits(queuedCalls);
        memory = new Memory(limits);
        environment =
                new Environment(
                        limits,
                        scheduler,
                        ticker,
                        store,
                        store,
                        memory,
                        parameters,
                        new KeyframeBudget(limits.keyframeBytes()),
                        ComputeMetrics.none());
    }

    private static ParameterQuota quota() {
        return new ParameterQuota(
                new QuotaSettings(
                        new QuotaSettings.PerKey(1000, 100_000, 1, 12_000, 200),
                        new QuotaSettings.PerShare(6000, 100, 32),
                        new QuotaSettings.All(1_000_000, 600_000)));
    }

    private static Limits limits(int queuedCalls) {
        return new Limits(
                100,
                1_000_000,
                0,
                0,
                0,
                0,
                64,
                4,
                64,
                64,
                1_000_000,
                1000,
                1000,
                1_000_000,
                1_000_000_000,
                1000,
                20_000,
                1000,
                1000,
                4_000_000,
                2_000_000,
                100_000,
                queuedCalls,
                100,
                Duration.ofHours(1));
    }

    // ---- models

    static ModelOptions.Builder options() {
        return ModelOptions.builder().nEmbd(4).nHead(2).blockSize(4).engine(EngineKind.SCALAR);
    }

    static MicroGpt model(ModelOptions options) {
        MicroGpt model = new MicroGpt(options);
        model.loadData(DOCUMENTS);
        model.initParams();
        return model;
    }

    static MicroGpt model() {
        return model(options().build());
    }

    // ---- sessions

    SessionActor fresh(MicroGpt model, SessionEvent.@Nullable Kind kind) {
        return SessionActor.create(ID, environment, model, new Timeline(), kind, ended::add);
    }

    /// Returns a session with documents that is stored.
    SessionActor begun(ModelOptions options) {
        SessionActor actor = fresh(model(options), SessionEvent.Kind.LOADED);
        var _ = done(actor, new Command.Begin(null));
        return actor;
    }

    SessionActor begun() {
        return begun(options().build());
    }

    /// Returns the session as another process finds it in the store.
    SessionActor stored() {
        assertThat(store.sessions()).hasSize(1);
        return SessionActor.restore(store.sessions().getFirst(), environment, ended::add);
    }

    // ---- commands

    CallContext call() {
        return CallContext.of(Caller.LOCAL, memory.share());
    }

    /// Returns the context of a call that accepts no existing version.
    CallContext stale() {
        return new CallContext(
                Caller.LOCAL, new VersionCondition(Set.of("0-0")), null, memory.share());
    }

    <R> CompletableFuture<R> send(SessionActor actor, Command<R> command) {
        return actor.send(command, call());
    }

    /// Sends a command and runs slices until it is done.
    <R> R done(SessionActor actor, Command<R> command) {
        CompletableFuture<R> reply = send(actor, command);
        for (int i = 0; i < 100_000 && !reply.isDone() && scheduler.slice(); i++) {}
        assertThat(reply).as("the reply to %s", command).isDone();
        return reply.join();
    }

    StepOutcome step(SessionActor actor, int count) {
        return done(actor, train(count));
    }

    static Command.Train train(int count) {
        return new Command.Train(new StepCall(count, StepCall.Viz.NONE), null);
    }

    static Command.StartRun run(long steps) {
        return new Command.StartRun(new RunCall(steps, null, null, null));
    }

    // ---- results

    Image image(SessionActor actor) {
        return done(
                actor,
                new Command.Ask<>((models, _) -> Image.of(models, actor.publisher().state())));
    }

    /// Returns the image of the session as another process rehydrates it from the store.
    Image storedImage() {
        TestSessions other = new TestSessions(store, 1000);
        return other.image(other.stored());
    }

    static ErrorCode codeOf(CompletableFuture<?> reply) {
        assertThat(reply).isCompletedExceptionally();
        try {
            var _ = reply.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SessionException rejection) {
                return rejection.code();
            }
            throw e;
        }
        throw new AssertionError("the reply has not failed");
    }
}
