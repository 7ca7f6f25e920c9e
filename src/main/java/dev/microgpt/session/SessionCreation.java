package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.SlicedTask;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Adds sessions with a given model to the registry, or gives the model to the session that is there.
final class SessionCreation {

    /// How often a session may be deleted while it is being replaced.
    private static final int MAX_REPLACEMENTS = 1000;

    /// A deleted session rejects commands a moment before it leaves the registry.
    private static final long DELETION_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final SessionRegistry sessions;
    private final Environment environment;
    private final Compute compute;
    private final CallTimeout callTimeout;

    SessionCreation(
            SessionRegistry sessions,
            Environment environment,
            Compute compute,
            CallTimeout callTimeout) {
        this.sessions = sessions;
        this.environment = environment;
        this.compute = compute;
        this.callTimeout = callTimeout;
    }

    SessionMoves moves() {
        return new SessionMoves(sessions, this, environment);
    }

    /// Executes a task that needs no session, and waits for its result.
    <T> T compute(String owner, Demand demand, SlicedTask<T> task) {
        return callTimeout.awaitQuery(compute.submit(owner, demand, task));
    }

    Session sessionOf(SessionActor actor) {
        return new Session(actor, environment, compute, callTimeout);
    }

    /// Checks that there is no such session or that it may be overwritten.
    ///
    /// @throws SessionException `exists` or `stale`
    void requireAbsent(CallContext call, SessionId id, boolean overwrite) {
        if (sessions.contains(id)) {
            call.condition().requireExistenceAccepted();
        }
        if (!overwrite) {
            sessions.requireAbsent(id, "set overwrite to replace it");
        }
    }

    /// Checks the caller's version condition if there is no such session, and that the store has room.
    ///
    /// @throws SessionException `stale`, `storage_full` or `store_unavailable`
    void requireRoom(CallContext call, SessionId id) {
        if (!sessions.contains(id)) {
            call.condition().require(null);
        }
        environment.store().requireRoom();
    }

    /// Checks the options of a model for documents of characters, which it may see as byte pairs.
    ///
    /// @return the number of parameters; with byte pairs, the most that there may be
    /// @throws InvalidInputException if the model would be too large, or no document would be left to train on
    long requireAllowed(ModelOptions options, Corpus characters) {
        options.heldOut().numDocuments(characters.size());
        if (options.tokenization().tokenizer() == TokenizerKind.CHARS) {
            environment.limits().check(options, characters);
            return options.numParams(characters.tokenizer().vocabSize());
        }
        int vocabSize = options.tokenization().vocabSize();
        environment.limits().check(options, vocabSize, characters.longestCharacters());
        return options.numParams(vocabSize);
    }

    /// Checks that there is room for sessions that are to be created later.
    ///
    /// @param numParams number of parameters by the names of the sessions
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, `storage_full` or `busy`
    void requireRoom(CallContext call, Map<String, Long> numParams, boolean overwrite) {
        Map<SessionId, Long> counts = new LinkedHashMap<>();
        numParams.forEach(
                (name, count) -> counts.put(call.caller().sessionId(name).requireValid(), count));
        if (!overwrite) {
            counts.keySet().forEach(id -> sessions.requireAbsent(id, "choose another name"));
        }
        int more = (int) counts.keySet().stream().filter(id -> !sessions.contains(id)).count();
        sessions.requireRoom(call.caller(), more);
        environment.parameters().require(call.caller(), counts);
        environment.store().requireRoom();
    }

    /// Creates a session, or replaces the model of an existing one.
    ///
    /// @param kind where the model comes from; null for a model without documents
    /// @param past the history up to the model's step; null for none
    SessionService.Creation createOrReplace(
            CallContext call,
            SessionId id,
            MicroGpt model,
            SessionEvent.@Nullable Kind kind,
            @Nullable TimelineState past,
            boolean overwrite) {
        for (int i = 0; i < MAX_REPLACEMENTS; i++) {
            CompletableFuture<PublishedState> reply =
                    create(call, id, model, timeline(past, model), null, kind, overwrite);
            if (reply != null) {
                return new SessionService.Creation(callTimeout.await(reply), true);
            }
            try {
                PublishedState state =
                        sessions.get(id).call(call, new Command.Replace(model, kind, past));
                return new SessionService.Creation(state, false);
            } catch (SessionException e) {
                if (e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
                requireRoom(call, id); // it was deleted meanwhile, so it is to be created
                LockSupport.parkNanos(DELETION_NANOS);
            }
        }
        throw new SessionException(
                ErrorCode.BUSY,
                "the session '%s' was deleted %d times during the call"
                        .formatted(id.name(), MAX_REPLACEMENTS));
    }

    private static Timeline timeline(@Nullable TimelineState past, MicroGpt model) {
        return past == null
                ? new Timeline()
                : Timeline.restore(past, List.of(), model.options().random());
    }

    /// Creates a session that has a past. It may belong to another process, which then takes it over from the store.
    ///
    /// @throws SessionException `exists`, `quota_exceeded` or `busy`
    PublishedState fork(
            CallContext call, Holding parent, SessionId id, MicroGpt model, Timeline timeline) {
        PublishedState state =
                callTimeout.await(
                        Objects.requireNonNull(
                                create(call, id, model, timeline, parent, null, false)));
        if (!environment.store().isOwner(id)) {
            var _ = moves().drop(id::equals);
        }
        return state;
    }

    /// Creates a session, unless there is one with this name. Synchronized, so that the number of sessions
    /// stays within its limit.
    ///
    /// @return null if there is one, which may be overwritten
    private synchronized @Nullable CompletableFuture<PublishedState> create(
            CallContext call,
            SessionId id,
            MicroGpt model,
            Timeline timeline,
            @Nullable Holding parent,
            SessionEvent.@Nullable Kind kind,
            boolean overwrite) {
        requireAbsent(call, id, overwrite);
        if (sessions.contains(id)) {
            return null;
        }
        sessions.requireRoom(call.caller(), id);
        long count = kind == null && timeline.isEmpty() ? 0 : model.numParams();
        long _ = environment.parameters().reserve(call.caller(), id, count);
        SessionActor actor =
                SessionActor.create(id, environment, model, timeline, kind, sessions::remove);
        sessions.put(sessionOf(actor));
        return actor.send(new Command.Begin(parent), call.unconditional());
    }
}
