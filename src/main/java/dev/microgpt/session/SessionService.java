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
import dev.microgpt.session.admission.CallContext;
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
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Creates, finds and deletes sessions. Each caller sees only its own sessions.
@Service
public final class SessionService {

    private final Limits limits;
    private final Compute compute;
    private final Environment environment;
    private final SessionRegistry sessions;
    private final SessionCreation creation;
    private final SessionMoves moves;

    SessionService(
            Limits limits,
            QuotaSettings quotas,
            Memory memory,
            Compute compute,
            SessionStore store,
            IdempotencyStore idempotencyStore,
            RunSettings runs,
            ComputeMetrics metrics) {
        this.limits = limits;
        sessions =
                new SessionRegistry(
                        limits.sessions(),
                        quotas.key().sessions(),
                        store,
                        this::takeOverForked,
                        this::drop);
        this.compute = compute;
        environment =
                new Environment(
                        limits,
                        compute,
                        Ticker.SYSTEM,
                        store,
                        idempotencyStore,
                        memory,
                        new ParameterQuota(quotas),
                        new KeyframeBudget(limits.keyframeBytes()),
                        metrics);
        creation =
                new SessionCreation(
                        sessions,
                        environment,
                        compute,
                        new CallTimeout(limits.callTime(), store::isUnavailable));
        moves = creation.moves();
        moves.takeOver(store.sessions(), runs.afterRestart() == RunSettings.AfterRestart.RESUME);
    }

    private @Nullable Session takeOverForked(SessionId id) {
        return moves.takeOverForked(id);
    }

    private void drop(Session outdated) {
        moves.drop(outdated);
    }

    /// Returns what moves sessions between processes.
    public SessionTransfer transfer() {
        return moves;
    }

    // ---- create

    /// Creates a session, or replaces an existing one. If this fails, nothing has changed.
    ///
    /// @param corpus the documents to load; null to load some later
    /// @param overwrite whether an existing session may be replaced
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, or `busy` if there are too many
    ///     sessions
    /// @throws InvalidInputException if the options exceed the limits
    public PublishedState init(
            CallContext call,
            String name,
            ModelOptions options,
            @Nullable Corpus corpus,
            boolean overwrite) {
        requireAbsent(call, name, overwrite);
        SessionId id = call.caller().sessionId(name);
        sessions.requireRoom(call.caller(), id);
        limits.check(options);
        Corpus tokens = corpus == null ? null : tokens(call, corpus, options);
        if (tokens != null) {
            limits.check(options, tokens);
            long numParams = options.numParams(tokens.tokenizer().vocabSize());
            environment.parameters().require(call.caller(), id, numParams);
            call.reserveForSession(SessionSize.atStart(options, tokens));
        }
        creation.requireRoom(call, id);
        MicroGpt model = new MicroGpt(options);
        if (tokens != null) {
            model.loadData(tokens);
            model.initParams();
        }
        SessionEvent.Kind kind = corpus == null ? null : SessionEvent.Kind.LOADED;
        return creation.createOrReplace(call, id, model, kind, null, overwrite).state();
    }

    /// Returns documents in the tokens that options demand.
    ///
    /// @param characters documents of characters
    /// @throws InvalidInputException if the text is too long for byte pairs
    /// @throws SessionException `no_memory`, or `busy` after the timeout
    public Corpus tokens(CallContext call, Corpus characters, ModelOptions options) {
        String owner = call.caller().owner();
        return TokenisingTask.tokens(
                call, characters, options, (demand, task) -> creation.compute(owner, demand, task));
    }

    /// The result of creating or replacing a session.
    ///
    /// @param isNew whether there was no session with this name before
    public record Creation(PublishedState state, boolean isNew) {}

    /// Creates a session with a model from a file, or replaces the model of an existing one.
    ///
    /// @param model a model within the limits
    /// @param past the history up to the model's step; null if it is not known
    /// @param overwrite whether an existing session may be replaced
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, or `busy` if there are too many
    ///     sessions
    public Creation restore(
            CallContext call,
            String name,
            MicroGpt model,
            @Nullable TimelineState past,
            boolean overwrite) {
        requireAbsent(call, name, overwrite);
        SessionId id = call.caller().sessionId(name);
        sessions.requireRoom(call.caller(), id);
        environment.parameters().require(call.caller(), id, model.numParams());
        call.reserveForSession(SessionSize.atStart(model.options(), model.corpus()));
        creation.requireRoom(call, id);
        return creation.createOrReplace(
                call, id, model, SessionEvent.Kind.RESTORED, past, overwrite);
    }

    /// Creates a session that continues training where another one is, or was at an earlier step.
    ///
    /// @param step the parent's step to begin at; null for its current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `invalid_name`, `not_found`, `exists`, `not_loaded`, `wrong_state`,
    ///     `quota_exceeded`, or `busy` if there are too many sessions
    public PublishedState fork(
            CallContext call, String name, String newName, @Nullable PastStep step) {
        Session parent = get(call, name);
        SessionId id = call.caller().sessionId(newName).requireValid();
        sessions.requireAbsent(id, "fork to another name, or delete it first");
        sessions.requireRoom(call.caller(), id);
        Integer numParams = parent.ensureInMemory(call).view().numParams();
        environment.parameters().require(call.caller(), id, numParams == null ? 0 : numParams);
        call.reserveForSession(parent.actor().publisher().size());
        environment.store().requireRoom();
        ForkPoint forkPoint = parent.call(call, new Command.TakeForkPoint(step));
        MicroGpt model = parent.computeDetached(Demand.TRAINING, forkPoint.replay());
        Timeline timeline = forkPoint.timeline();
        timeline.add(SessionEvent.forked(model.step(), environment.ticker().now(), name));
        return creation.fork(call, parent.actor().holding(), id, model, timeline);
    }

    /// Checks that sessions may have some options and documents.
    ///
    /// @return the number of their parameters; with byte pairs, the most that there may be
    /// @throws InvalidInputException if that exceeds the limits
    public long requireAllowed(ModelOptions options, Corpus characters) {
        return creation.requireAllowed(options, characters);
    }

    /// Checks that there is room for sessions that are to be created later.
    ///
    /// @param numParams number of parameters by the names of the sessions
    /// @param overwrite whether existing sessions may be replaced
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, `storage_full`, or `busy` if there are too
    ///     many sessions
    public void requireRoom(CallContext call, Map<String, Long> numParams, boolean overwrite) {
        creation.requireRoom(call, numParams, overwrite);
    }

    /// Checks, before a large body is read, that there is no such session or that it may be overwritten.
    ///
    /// @throws SessionException `invalid_name`, `exists` or `stale`
    public void requireAbsent(CallContext call, String name, boolean overwrite) {
        creation.requireAbsent(call, call.caller().sessionId(name).requireValid(), overwrite);
    }

    // ---- find, delete

    /// Returns the caller's session with this name.
    ///
    /// @throws SessionException `invalid_name` or `not_found`; `unauthorized` if the caller has a share of a session that
    ///     this one has replaced
    public Session get(CallContext call, String name) {
        Session session = sessions.get(call.caller().sessionId(name).requireValid());
        call.caller().requireShown(session.published().epoch());
        return session;
    }

    /// Returns the caller's sessions whose names follow a name, in the order of their names.
    ///
    /// @param after the name to start after; null to start with the first session
    /// @param limit maximum number of sessions
    public List<Session> list(CallContext call, @Nullable String after, int limit) {
        String owner = call.caller().owner();
        String first = after == null ? "" : after;
        environment.store().idsOf(owner, first, limit).forEach(sessions::contains);
        return sessions.ownedBy(owner, first).limit(limit).toList();
    }

    /// Returns whether some session, of this or another process, is in this epoch.
    ///
    /// @throws SessionException `store_unavailable` if that cannot be found out now
    public boolean isCurrentEpoch(long epoch) {
        return sessions.all().anyMatch(session -> session.published().epoch() == epoch)
                || environment.store().hasEpoch(epoch);
    }

    /// Deletes the caller's session with this name.
    ///
    /// @throws SessionException `invalid_name`, `not_found` or `storage_full`
    public void delete(CallContext call, String name) {
        get(call, name).delete(call);
    }

    /// Returns the sessions of all owners.
    Stream<Session> all() {
        return sessions.all();
    }

    /// Returns whether there are no sessions of any owner.
    boolean isEmpty() {
        return sessions.isEmpty();
    }

    SessionStatistics statistics() {
        return SessionStatistics.of(sessions.all().toList());
    }

    /// Stores every session, if the compute threads have stopped: first the steps of all, then snapshots, for
    /// which there may not be enough time.
    void storeAll() {
        if (compute.isStopped()) {
            sessions.all().forEach(session -> session.actor().writeFinally(false));
            sessions.all().forEach(session -> session.actor().writeFinally(true));
        }
    }

    /// Returns whether evicted sessions can be rehydrated.
    boolean isPersistent() {
        return environment.store().isPersistent();
    }
}
