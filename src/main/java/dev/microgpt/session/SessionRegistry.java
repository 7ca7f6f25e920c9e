package dev.microgpt.session;

import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// The sessions that there are, by owner and name, and how many there may be.
final class SessionRegistry {

    private final int most;
    private final int mostOfKey;
    private final ConcurrentSkipListMap<SessionId, Session> sessions =
            new ConcurrentSkipListMap<>();

    SessionRegistry(int most, int mostOfKey) {
        this.most = most;
        this.mostOfKey = mostOfKey;
    }

    void put(Session session) {
        sessions.put(session.id(), session);
    }

    /// Forgets a session that has ended, and no other of the same name.
    void remove(SessionActor ended) {
        sessions.computeIfPresent(
                ended.id(), (_, session) -> session.actor().equals(ended) ? null : session);
    }

    boolean has(SessionId id) {
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

    /// Those of one owner whose names follow a name, in the order of their names.
    Stream<Session> ownedBy(String owner, String after) {
        return sessions.tailMap(new SessionId(owner, after), false).values().stream()
                .takeWhile(session -> session.id().owner().equals(owner));
    }

    /// Checks that there may be a session of that name.
    ///
    /// @throws SessionException `quota_exceeded` or `busy` if there are as many as there may be
    void requireRoom(Caller caller, SessionId id) {
        if (has(id)) {
            return;
        }
        if (caller.hasKey()) {
            long own = ownedBy(caller.owner(), "").count();
            if (own >= mostOfKey) {
                throw new SessionException(
                        ErrorCode.QUOTA_EXCEEDED,
                        "the key has "
                                + own
                                + " sessions, as many as it may have; delete one first");
            }
        }
        if (sessions.size() >= most) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "there are "
                            + sessions.size()
                            + " sessions, as many as allowed; delete one first");
        }
    }
}
