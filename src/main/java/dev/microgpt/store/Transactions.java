package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;

import java.util.Set;

/// The transactions in which [StoreWriter] writes. Confined to its thread.
interface Transactions {

    /// Runs an action in a transaction. If it fails, nothing of it is stored, unless the error
    /// [leaves that unknown][WriteErrors#isTransient].
    ///
    /// @param sessions the sessions that the action writes
    void run(Set<Holding> sessions, Runnable action);

    /// Returns whether the last transaction, whose outcome its error has left unknown, was committed.
    ///
    /// @throws RuntimeException while that cannot be found out
    boolean wasCommitted();

    /// Checks, in a transaction, that no other process has taken over a database that is meant for this one alone.
    void requireExclusive();

    /// Keeps other processes, until the end of a transaction, from checking quotas.
    void lockQuotas();

    /// Keeps other processes, until the end of a transaction, from taking over a session.
    void lock(SessionId id);
}
