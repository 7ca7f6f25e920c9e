package dev.microgpt.session;

import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// All sessions by owner and name, with limits on their number.
final class SessionRegistry {

    private final int maxSessions;
    private final int maxSessionsPerKey;
    private final ConcurrentSkipListMap<SessionId, Session> sessions =
            new ConcurrentSkipListMap<>();

    SessionRegistry(int maxSessions, int maxSessionsPerKey) {
        this.maxSessions = maxSessions;
        this.maxSessionsPerKey = maxSessionsPerKey;
    }

    void put(Session session) {
        sessions.put(session.id(), session);
    }

    /// Removes a session that has ended, but no other session with the same name.
    void remove(SessionActor ended) {
        sessions.computeIfPresent(
                ended.id(), (_, session) -> session.actor().equals(ended) ? null : session);
    }

    boolean contains(SessionId id) {
        return sessions.containsKey(id);
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    /// @throws SessionException `not_found`
    Session get(SessionId id) {
        Session session = sessions.get(id);
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
                .takeWhile(session -> session.id().owner().equals(owner));
    }

    /// Checks that there is no such session.
    ///
    /// @param advice what the caller can do if there is
    /// @throws SessionException `exists`
    void requireAbsent(SessionId id, String advice) {
        if (contains(id)) {
            throw new SessionException(
                    ErrorCode.EXISTS,
                    "session '" + id.name() + "' exists; " + advice,
                    "name",
                    id.name());
        }
    }

    /// Checks that a session with this name exists or may be created.
    ///
    /// @throws SessionException `quota_exceeded` or `busy` if the limit of the key or of the service is reached
    void requireRoom(Caller caller, SessionId id) {
        if (contains(id)) {
            return;
        }
        if (caller.hasKey()) {
            long own = ownedBy(caller.owner(), "").count();
            if (own >= maxSessionsPerKey) {
                throw new SessionException(
                        ErrorCode.QUOTA_EXCEEDED,
                        "the key has "
                                + own
                                + " sessions, and at most "
                                + maxSessionsPerKey
                                + " are allowed; delete one first");
            }
        }
        if (sessions.size() >= maxSessions) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "there are "
                            + sessions.size()
                            + " sessions, and at most "
                            + maxSessions
                            + " are allowed; delete one first");
        }
    }
}
