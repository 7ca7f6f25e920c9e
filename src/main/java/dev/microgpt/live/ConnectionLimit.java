package dev.microgpt.live;

import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import org.springframework.stereotype.Component;

import java.util.HashMap;
import java.util.Map;

/// Limits live connections (WebSockets and event streams), in total and per API key. Thread-safe.
@Component
final class ConnectionLimit {

    private final int maxTotal;
    private final int maxPerKey;
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int total;

    ConnectionLimit(Limits limits, QuotaSettings quotas) {
        maxTotal = limits.connections();
        maxPerKey = quotas.key().connections();
    }

    /// Counts a new connection.
    ///
    /// @throws SessionException `quota_exceeded` if the key has too many, `busy` if there are too many in
    ///     total
    synchronized void acquire(Caller caller) {
        if (tryAcquire(caller)) {
            return;
        }
        boolean isKeyLimit = total < maxTotal;
        throw new SessionException(
                isKeyLimit ? ErrorCode.QUOTA_EXCEEDED : ErrorCode.BUSY,
                isKeyLimit
                        ? "the key already has %d live connections, the maximum"
                                .formatted(maxPerKey)
                        : "there are already %d live connections, the maximum".formatted(maxTotal));
    }

    /// Counts a new connection if the limits allow it.
    ///
    /// @return whether they do
    synchronized boolean tryAcquire(Caller caller) {
        int own = byOwner.getOrDefault(caller.owner(), 0);
        if (total >= maxTotal || (caller.hasKey() && own >= maxPerKey)) {
            return false;
        }
        total++;
        byOwner.put(caller.owner(), own + 1);
        return true;
    }

    /// Must be called once for each connection that was counted.
    synchronized void release(Caller caller) {
        total--;
        byOwner.computeIfPresent(caller.owner(), (_, own) -> own == 1 ? null : own - 1);
    }
}
