package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.ForkPoint;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.ParameterQuota;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.compute.ComputeMetrics;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.history.KeyframeBudget;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// All sessions. Callers see their own ones.
@Service
public final class SessionService {

    private final Limits limits;
    private final Compute compute;
    private final Environment environment;
    private final CallTimeout replies;
    private final SessionRegistry sessions;

    SessionService(
            Limits limits,
            QuotaSettings quotas,
            Memory memory,
            Compute compute,
            SessionStore store,
            IdempotencyStore answers,
            RunSettings runs,
            ComputeMetrics metrics) {
        this.limits = limits;
        sessions = new SessionRegistry(limits.sessions(), quotas.key().sessions());
        this.compute = compute;
        replies = new CallTimeout(limits.callTime());
        environment =
                new Environment(
                        limits,
                        compute,
                        Ticker.SYSTEM,
                        store,
                        answers,
                        memory,
                        new ParameterQuota(quotas),
                        new KeyframeBudget(limits.keyframeBytes()),
                        metrics,
                        new AtomicLong(store.lastEpoch()));
        for (StoredSession stored : store.sessions()) {
            Session session = facade(SessionActor.stored(stored, environment, sessions::remove));
            sessions.put(session);
            if (stored.hasRun()) {
                restartRun(session, runs.afterRestart() == RunSettings.AfterRestart.RESUME);
            }
        }
    }

    /// Nobody waits for it.
    private void restartRun(Session session, boolean continues) {
        CallContext call =
                CallContext.of(
                        new Caller(session.id().owner(), false), environment.memory().share());
        var _ = session.actor().send(new Command.RestartRun(continues), call);
    }

    private Session facade(SessionActor actor) {
        return new Session(actor, environment, compute, replies);
    }

    // ---- make

    /// Makes a session, or starts one again. If this fails, everything is as it was.
    ///
    /// @param corpus to load at once; null to load later
    /// @param overwrite whether an existing session may be started again
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, or `busy` if there are too many
    ///     sessions
    /// @throws InvalidInputException if the options are beyond the limits
    public PublishedState init(
            CallContext call,
            String name,
            ModelOptions options,
            @Nullable Corpus corpus,
            boolean overwrite) {
        requireAbsent(call, name, overwrite);
        SessionId id = call.caller().session(name);
        sessions.requireRoom(call.caller(), id);
        if (corpus == null) {
            limits.check(options);
        } else {
            limits.check(options, corpus);
            long numParams = options.numParams(corpus.tokenizer().vocabSize());
            environment.parameters().require(call.caller(), id, numParams);
            call.reserveForSession(SessionSize.atStart(options, corpus));
        }
        requireRoom(call, id);
        MicroGpt model = new MicroGpt(options);
        if (corpus != null) {
            model.loadData(corpus);
            model.initParams();
        }
        return place(call, id, model, corpus == null ? null : SessionEvent.Kind.LOADED, overwrite)
                .snapshot();
    }

    /// A session as it has been made, or made again.
    ///
    /// @param isNew whether there was none of that name before
    public record Placed(PublishedState snapshot, boolean isNew) {}

    /// Makes a session with a model from elsewhere, or replaces the model of one.
    ///
    /// @param model within the limits
    /// @param overwrite whether an existing session may be replaced
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, or `busy` if there are too many
    ///     sessions
    public Placed restore(CallContext call, String name, MicroGpt model, boolean overwrite) {
        requireAbsent(call, name, overwrite);
        SessionId id = call.caller().session(name);
        sessions.requireRoom(call.caller(), id);
        environment.parameters().require(call.caller(), id, model.numParams());
        call.reserveForSession(SessionSize.atStart(model.options(), model.corpus()));
        requireRoom(call, id);
        return place(call, id, model, SessionEvent.Kind.RESTORED, overwrite);
    }

    /// Makes a session that continues as another one does, or did.
    ///
    /// @param step of the other one to begin at; null for the present one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `invalid_name`, `not_found`, `exists`, `not_loaded`, `wrong_state`,
    ///     `quota_exceeded`, or `busy` if there are too many sessions
    public PublishedState fork(CallContext call, String name, String newName, @Nullable Long step) {
        Session parent = get(call, name);
        requireAbsent(call, newName, false);
        SessionId id = call.caller().session(newName);
        sessions.requireRoom(call.caller(), id);
        Integer numParams = parent.wake(call).view().numParams();
        environment.parameters().require(call.caller(), id, numParams == null ? 0 : numParams);
        call.reserveForSession(parent.actor().published().bytes());
        environment.store().requireRoom();
        ForkPoint branch = parent.call(call, new Command.TakeBranch(step));
        MicroGpt model = parent.aside(Demand.TRAINING, branch.replay());
        Timeline past = branch.past();
        past.add(SessionEvent.forked(model.step(), environment.ticker().now(), name));
        Begun begun = Objects.requireNonNull(begin(call, id, model, past, null, false));
        return replies.await(begun.reply, begun.session);
    }

    /// Checks that a call would overwrite nothing that it must not, before a large body is read.
    ///
    /// @throws SessionException `invalid_name` or `exists`
    public void requireAbsent(CallContext call, String name, boolean overwrite) {
        SessionId id = call.caller().session(name).requireValid();
        if (!overwrite && sessions.has(id)) {
            throw new SessionException(
                    ErrorCode.EXISTS,
                    "session '" + name + "' exists; overwrite starts it again",
                    "name",
                    name);
        }
    }

    private void requireRoom(CallContext call, SessionId id) {
        if (!sessions.has(id)) {
            call.condition().require(null);
        }
        environment.store().requireRoom();
    }

    /// @param kind how the model came to be; null for one without documents
    private Placed place(
            CallContext call,
            SessionId id,
            MicroGpt model,
            SessionEvent.@Nullable Kind kind,
            boolean overwrite) {
        Begun begun = begin(call, id, model, new Timeline(), kind, overwrite);
        if (begun != null) {
            return new Placed(replies.await(begun.reply, begun.session), true);
        }
        Session existing = get(call, id.name());
        return new Placed(existing.call(call, new Command.Replace(model, kind)), false);
    }

    private record Begun(Session session, CompletableFuture<PublishedState> reply) {}

    /// Lets a session begin, unless there is one of that name. One at a time, so that the number of sessions
    /// stays within its limit.
    ///
    /// @return null if there is one, which may be overwritten
    private synchronized @Nullable Begun begin(
            CallContext call,
            SessionId id,
            MicroGpt model,
            Timeline past,
            SessionEvent.@Nullable Kind kind,
            boolean overwrite) {
        requireAbsent(call, id.name(), overwrite);
        if (sessions.has(id)) {
            return null;
        }
        sessions.requireRoom(call.caller(), id);
        long count = kind == null && past.isEmpty() ? 0 : model.numParams();
        long _ = environment.parameters().take(call.caller(), id, count);
        SessionActor actor =
                SessionActor.fresh(id, environment, model, past, kind, sessions::remove);
        Session session = facade(actor);
        sessions.put(session);
        return new Begun(session, actor.send(new Command.Begin(), call.unconditional()));
    }

    // ---- find, end

    /// @throws SessionException `invalid_name` or `not_found`
    public Session get(CallContext call, String name) {
        return sessions.get(call.caller().session(name).requireValid());
    }

    /// The caller's sessions whose names follow a name, in the order of their names.
    ///
    /// @param after the name before the first one, itself excluded; null to start with the first
    /// @param limit so many at most
    public List<Session> list(CallContext call, @Nullable String after, int limit) {
        return sessions.ownedBy(call.caller().owner(), after == null ? "" : after)
                .limit(limit)
                .toList();
    }

    /// Whether an epoch is the present one of a session.
    public boolean isPresent(long epoch) {
        return sessions.all().anyMatch(session -> session.snapshot().epoch() == epoch);
    }

    /// @throws SessionException `invalid_name`, `not_found` or `storage_full`
    public void delete(CallContext call, String name) {
        get(call, name).delete(call);
    }

    /// Whether nobody has any.
    boolean isEmpty() {
        return sessions.isEmpty();
    }

    /// Those that are in memory.
    List<Session> inMemory() {
        return sessions.all().filter(session -> session.actor().published().isInMemory()).toList();
    }

    SessionStatistics census() {
        return SessionStatistics.of(sessions.all().toList());
    }

    /// Saves all sessions as they are, once no thread computes any more.
    void saveAll() {
        if (compute.isStopped()) {
            sessions.all().forEach(session -> session.actor().saveAtEnd());
        }
    }

    /// Whether what is put away can be had back.
    boolean keepsSessions() {
        return environment.store().keepsSessions();
    }
}
