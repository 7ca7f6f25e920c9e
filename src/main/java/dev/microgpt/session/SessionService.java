package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.quota.Quotas;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// All sessions. Callers see their own ones.
@Service
public final class SessionService {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Limits limits;
    private final Quotas quotas;
    private final SessionEnvironment environment;
    private final ConcurrentSkipListMap<SessionId, Session> sessions =
            new ConcurrentSkipListMap<>();

    SessionService(
            Limits limits,
            Quotas quotas,
            Memory memory,
            Compute compute,
            ObjectProvider<SessionStore> store,
            RunSettings runs,
            WorkMetrics metrics) {
        this.limits = limits;
        this.quotas = quotas;
        environment =
                SessionEnvironment.of(
                        limits,
                        compute,
                        store.getIfAvailable(() -> SessionStore.NONE),
                        memory,
                        metrics);
        for (StoredSession stored : environment.store().sessions()) {
            Session session = Session.stored(stored, environment);
            sessions.put(session.id(), session);
            if (stored.hasRun()) {
                session.goOn(runs.afterRestart() == RunSettings.AfterRestart.RESUME);
            }
        }
    }

    /// Makes a session, or starts one anew. If this fails, everything is as it was.
    ///
    /// @param corpus to load at once; null to load later
    /// @param overwrite whether an existing session may be started anew
    /// @throws SessionException `invalid_name`, `exists`, or `busy` if there are too many sessions
    /// @throws InvalidInputException if the options are beyond the limits
    public Session init(
            String name, ModelOptions options, @Nullable Corpus corpus, boolean overwrite) {
        requireValid(name);
        requireAbsent(name, overwrite);
        if (corpus == null) {
            limits.check(options);
        } else {
            limits.check(options, corpus);
            requireParameters(name, options.numParams(corpus.tokenizer().vocabSize()));
            environment.memory().requireForSession(ActiveSession.bytes(options, corpus));
        }
        environment.store().requireRoom();
        if (!sessions.containsKey(SessionId.ofCaller(name))) {
            CallTerms.current().requireVersion(null);
        }
        SessionEvent.Kind kind = corpus == null ? null : SessionEvent.Kind.LOADED;
        place(name, Session.newModel(options, corpus), kind, overwrite);
        return get(name);
    }

    /// Makes a session that goes on as another one does, or did.
    ///
    /// @param step of the other one to begin at; null for the present one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `invalid_name`, `not_found`, `exists`, `not_loaded`, `wrong_state`, or
    ///     `busy` if there are too many sessions
    public Session fork(String name, String newName, @Nullable Long step) {
        Session parent = get(name);
        requireAbsent(newName, false);
        requireRoom();
        requireParameters(newName, parent.snapshot().view().numParams());
        environment.memory().requireForSession(parent.wake().bytes());
        environment.store().requireRoom();
        return register(parent.fork(SessionId.ofCaller(newName), step), false);
    }

    /// Makes a session with a model from elsewhere, or replaces the model of one.
    ///
    /// @param model within the limits
    /// @param overwrite whether an existing session may be replaced
    /// @return whether the session is new
    /// @throws SessionException `invalid_name`, `exists`, or `busy` if there are too many sessions
    public boolean restore(String name, MicroGpt model, boolean overwrite) {
        requireAbsent(name, overwrite);
        requireParameters(name, model.numParams());
        environment
                .memory()
                .requireForSession(ActiveSession.bytes(model.options(), model.corpus()));
        environment.store().requireRoom();
        return place(name, model, SessionEvent.Kind.RESTORED, overwrite);
    }

    /// Makes a session with a model, or starts one anew with it.
    ///
    /// @param kind how the model came to be; null for one without documents
    /// @return whether the session is new
    private boolean place(
            String name, MicroGpt model, SessionEvent.@Nullable Kind kind, boolean overwrite) {
        SessionId id = SessionId.ofCaller(name);
        Session session = overwrite ? sessions.get(id) : null;
        Session fresh = null;
        if (session == null) {
            fresh = Session.fresh(id, model, kind, environment);
            session = register(fresh, overwrite); // or one that was made meanwhile, to be replaced
        }
        if (session != fresh) {
            session.replace(model, kind);
        }
        return session == fresh;
    }

    /// Checks that `init` would overwrite nothing that it must not.
    ///
    /// @throws SessionException `invalid_name` or `exists`
    public void requireAbsent(String name, boolean overwrite) {
        requireValid(name);
        if (!overwrite && sessions.containsKey(SessionId.ofCaller(name))) {
            throw new SessionException(
                    ErrorCode.EXISTS,
                    "session '%s' exists; ?overwrite=true starts it anew".formatted(name),
                    "name",
                    name);
        }
    }

    /// Lets a session begin, unless there is one of that name.
    ///
    /// @return the one that there is now
    private Session register(Session fresh, boolean overwrite) {
        Session session;
        try {
            session = put(fresh, overwrite);
        } catch (SessionException e) {
            fresh.close();
            throw e;
        }
        if (session != fresh) {
            fresh.close();
            return session;
        }
        fresh.begin(
                () -> {
                    sessions.remove(fresh.id(), fresh);
                    fresh.close();
                });
        return fresh;
    }

    /// One at a time, so that the number of sessions stays within its limit.
    private synchronized Session put(Session fresh, boolean overwrite) {
        requireAbsent(fresh.name(), overwrite);
        Session existing = sessions.get(fresh.id());
        if (existing != null) {
            return existing;
        }
        requireRoom();
        sessions.put(fresh.id(), fresh);
        return fresh;
    }

    private void requireRoom() {
        Caller caller = Caller.current();
        if (caller.hasKey()) {
            long own = ownedBy(caller.owner()).count();
            if (own >= quotas.key().sessions()) {
                throw new SessionException(
                        ErrorCode.QUOTA_EXCEEDED,
                        "the key has %d sessions, as many as it may have; delete one first"
                                .formatted(own));
            }
        }
        if (sessions.size() >= limits.sessions()) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "there are %d sessions, as many as allowed; delete one first"
                            .formatted(sessions.size()));
        }
    }

    private Stream<Session> ownedBy(String owner) {
        return ownedBy(owner, "");
    }

    private Stream<Session> ownedBy(String owner, String after) {
        return sessions.tailMap(new SessionId(owner, after), false).values().stream()
                .takeWhile(session -> session.id().owner().equals(owner));
    }

    /// Checks that a session may have so many parameters, in the place of those that it has.
    ///
    /// @param count null for none
    /// @throws SessionException `quota_exceeded`
    public void requireParameters(String name, @Nullable Number count) {
        if (count == null) {
            return;
        }
        Caller caller = Caller.current();
        SessionId id = new SessionId(caller.owner(), name);
        long more = count.longValue();
        if (caller.hasKey()) {
            requireParameters(
                    ownedBy(caller.owner()), id, more, quotas.key().parameters(), "the key's");
        }
        requireParameters(sessions.values().stream(), id, more, quotas.all().parameters(), "all");
    }

    private static void requireParameters(
            Stream<Session> present, SessionId id, long more, long quota, String whose) {
        long used =
                present.filter(session -> !session.id().equals(id))
                        .map(session -> session.snapshot().view().numParams())
                        .filter(Objects::nonNull)
                        .mapToLong(Integer::longValue)
                        .sum();
        if (more > quota - used) {
            throw new SessionException(
                    ErrorCode.QUOTA_EXCEEDED,
                    ("%d more parameters would be too many: %s sessions have %d of the %d that they may"
                                    + " have together; delete one first")
                            .formatted(more, whose, used, quota),
                    "numParams",
                    more);
        }
    }

    /// @throws SessionException `invalid_name` or `not_found`
    public Session get(String name) {
        requireValid(name);
        Session session = sessions.get(SessionId.ofCaller(name));
        if (session == null) {
            throw notFound(name);
        }
        return session;
    }

    /// The caller's sessions whose names follow a name, in the order of their names.
    ///
    /// @param after the name before the first one, itself excluded; null to start with the first
    /// @param limit so many at most
    public List<Session> list(@Nullable String after, int limit) {
        return ownedBy(Caller.current().owner(), after == null ? "" : after).limit(limit).toList();
    }

    /// Whether nobody has any.
    boolean isEmpty() {
        return sessions.isEmpty();
    }

    /// Those that are in memory.
    List<Session> inMemory() {
        return sessions.values().stream().filter(session -> session.bytes() > 0).toList();
    }

    Census census() {
        return Census.of(sessions.values());
    }

    /// Has all sessions kept as they are, once no thread computes any more.
    void saveAll() {
        sessions.values().forEach(Session::saveAtEnd);
    }

    /// Whether what is put away can be had back.
    boolean keepsSessions() {
        return environment.store().keepsSessions();
    }

    /// @throws SessionException `invalid_name` or `not_found`
    public void delete(String name) {
        Session session = get(name); // also where there is no room: it makes some
        session.requireVersion();
        if (!sessions.remove(session.id(), session)) {
            throw notFound(name);
        }
        session.delete();
    }

    private static void requireValid(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    ("a session's name has 1 to 63 characters a-z, 0-9 and '-' and does not begin with"
                                    + " '-', but this one is '%s'")
                            .formatted(name),
                    "name",
                    name);
        }
    }

    private static SessionException notFound(String name) {
        return new SessionException(
                ErrorCode.NOT_FOUND, "there is no session '%s'".formatted(name), "name", name);
    }
}
