package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// Transactions that lose their connection when the test wants it.
final class FakeTransactions implements Transactions {

    /// What happens in a transaction.
    enum Fate {
        /// The connection is lost before anything is sent.
        LOST_BEFORE_COMMIT,
        /// The connection is lost after the commit, before its confirmation.
        LOST_AFTER_COMMIT
    }

    /// Thrown for a lost connection.
    static final class LostException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LostException() {
            super("the connection is lost");
        }
    }

    private final Deque<Fate> fates = new ArrayDeque<>();
    private final AtomicBoolean isDown = new AtomicBoolean();
    private boolean isCommitted;

    /// Determines the fate of the next transaction that has none yet.
    synchronized void add(Fate fate) {
        fates.add(fate);
    }

    /// Sets whether the database is out of reach from now on.
    void down(boolean isDown) {
        this.isDown.set(isDown);
    }

    private synchronized @Nullable Fate next() {
        return fates.poll();
    }

    @Override
    public void run(Set<Holding> sessions, Runnable action) {
        isCommitted = false;
        Fate fate = next();
        if (isDown.get() || fate == Fate.LOST_BEFORE_COMMIT) {
            throw new LostException();
        }
        action.run();
        isCommitted = true;
        if (fate == Fate.LOST_AFTER_COMMIT) {
            throw new LostException();
        }
    }

    @Override
    public boolean wasCommitted() {
        if (isDown.get()) {
            throw new LostException();
        }
        return isCommitted;
    }

    @Override
    public void requireExclusive() {
        // it is not lost
    }

    @Override
    public void lockQuotas() {
        // there are no other processes
    }

    @Override
    public void lock(SessionId id) {
        // there are no other processes
    }
}
