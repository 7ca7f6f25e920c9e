package dev.microgpt.session;

import java.util.Comparator;

/// What tells sessions apart: owners choose names of their own, and do not get in each other's way.
///
/// @param owner see [Caller#owner()]
/// @param name among the sessions of that owner
record SessionId(String owner, String name) implements Comparable<SessionId> {

    private static final Comparator<SessionId> ORDER =
            Comparator.comparing(SessionId::owner).thenComparing(SessionId::name);

    /// Of a session of whoever is calling.
    static SessionId ofCaller(String name) {
        return new SessionId(Caller.current().owner(), name);
    }

    @Override
    public int compareTo(SessionId other) {
        return ORDER.compare(this, other);
    }
}
