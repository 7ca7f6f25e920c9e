package dev.microgpt.session;

import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.SessionStore;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// All sessions by owner and name, with limits on their number.
final class SessionRegistry {

    private final int maxSessions;
    private final int maxSessionsPerKey;
    private final SessionStore store;
    private final Function<SessionId, @Nullable Session> forked;
    private final Consumer<Session> onOutdated;
    private final ConcurrentSkipListMap<SessionId, Session> sessions =
            new ConcurrentSkipListMap<>();

    /// @param store knows which sessions belong to this process
    /// @param forked returns a session that another process has stored, which belongs to this one; null if there is
    ///     none
    /// @param onOutdated called with a session of an earlier ownership that has been removed
    SessionRegistry(
            int maxSessions,
            int maxSessionsPerKey,
            SessionStore store,
            Function<SessionId, @Nullable Session> forked,
            Consumer<Session> onOutdated) {
        this.store = store;
        this.maxSessions = maxSessions;
        this.maxSessionsPerKey = maxSessionsPerKey;
        this.forked = forked;
        this.onOutdated = onOutdated;
    }

    void put(Session session) {
        sessions.put(session.id(), session);
    }

    /// Adds a session that was stored, unless it is there already.
    ///
    /// @return whether it was added
    boolean putIfAbsent(Session session) {
        var _ = present(session.id()); // removes what is left of an earlier ownership
        return sessions.putIfAbsent(session.id(), session) == null;
    }

    private @Nullable Session find(SessionId id) {
        Session session = present(id);
        return session == null ? forked.apply(id) : session;
    }

    /// Returns a session of the present ownership. One of an earlier ownership may be outdated, and is removed.
    private @Nullable Session present(SessionId id) {
        Session session = sessions.get(id);
        if (session == null || isPresent(session)) {
            return session;
        }
        if (sessions.remove(id, session)) {
            onOutdated.accept(session);
        }
        return null;
    }

    private boolean isPresent(Session session) {
        return session.actor().holding().equals(store.holding(session.id()));
    }

    /// Removes a session that has ended, but no other session with the same name.
    void remove(SessionActor ended) {
        sessions.computeIfPresent(
                ended.id(), (_, session) -> session.actor().equals(ended) ? null : session);
    }

    boolean contains(SessionId id) {
        return find(id) != null;
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    /// @throws SessionException `not_found`, or `moving` if it may be in another process
    Session get(SessionId id) {
        Session session = find(id);
        if (session == null && store.isOwner(id)) {
            session = find(id); // which may have just arrived
        }
        if (session == null && !store.isOwner(id)) {
            throw SessionException.moving();
        }
        if (session == null) {
            throw new SessionException(
                    ErrorCode.NOT_FOUND,
                    "there is no session '" + id.name() + "'",
                    "name",
                    id.name());
        }
        return session;
    }

    Stream<Session> all() {
        return sessions.values().stream();
    }

    /// Returns the sessions of one owner whose names follow a name, in the order of their names.
    Stream<Session> ownedBy(String owner, String after) {
        return sessions.tailMap(new SessionId(owner, after), false).values().stream()
                .takeWhile(session -> session.id().owner().equals(owner))
                .filter(this::isPresent);
    }

    /// Checks that there is no such session.
    ///
    /// @param advice what the caller can do if there is
    /// @throws SessionException `exists`
    void requireAbsent(SessionId id, String advice) {
        if (contains(id)) {
            throw SessionException.exists(id, advice);
        }
    }

    /// Checks that a session with this name exists or may be created.
    ///
    /// @throws SessionException `quota_exceeded` or `busy` if the limit of the key or of the service is reached
    void requireRoom(Caller caller, SessionId id) {
        if (!contains(id)) {
            requireRoom(caller, 1);
        }
    }

    /// Checks that some more sessions may be created.
    ///
    /// @throws SessionException `quota_exceeded` or `busy` if the limit of the key or of the service is exceeded
    void requireRoom(Caller caller, int more) {
        if (caller.hasKey()) {
            long own = ownedBy(caller.owner(), "").count();
            if (own > maxSessionsPerKey - more) {
                throw noRoom(ErrorCode.QUOTA_EXCEEDED, "the key has", own, maxSessionsPerKey, more);
            }
        }
        if (sessions.size() > maxSessions - more) {
            throw noRoom(ErrorCode.BUSY, "there are", sessions.size(), maxSessions, more);
        }
    }

    private static SessionException noRoom(
            ErrorCode code, String subject, long count, int max, int more) {
        return new SessionException(
                code,
                subject
                        + " "
                        + count
                        + " sessions, and at most "
                        + max
                        + " are allowed; delete "
                        + (more == 1 ? "one" : "some, as " + more + " more are needed,")
                        + " first");
    }
}
