package dev.microgpt.session.admission;

import java.util.concurrent.atomic.AtomicInteger;

/// The use of an idempotency key. It lasts until the call has ended and so have all commands that it has sent, which
/// may take longer, as a caller may give up waiting. Until then nobody can tell whether the call takes effect, so no
/// other call may use the key. Thread-safe.
public final class KeyUse {

    private final AtomicInteger users = new AtomicInteger(1); // the call itself
    private final Runnable onEnd;

    /// @param onEnd called when the use ends
    public KeyUse(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    /// Notes that another command of the call begins.
    public void begin() {
        users.incrementAndGet();
    }

    /// Notes that the call or one of its commands has ended.
    public void end() {
        if (users.decrementAndGet() == 0) {
            onEnd.run();
        }
    }
}
