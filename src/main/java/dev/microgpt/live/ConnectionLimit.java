package dev.microgpt.live;

import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import org.springframework.stereotype.Component;

import java.util.HashMap;
import java.util.Map;

/// Limits live connections (WebSockets and event streams), in total, per API key and per share. Thread-safe.
@Component
final class ConnectionLimit {

    private final int maxTotal;
    private final int maxPerKey;
    private final int maxPerShare;
    private final Map<String, Integer> byCaller = new HashMap<>();
    private int total;

    ConnectionLimit(Limits limits, QuotaSettings quotas) {
        maxTotal = limits.connections();
        maxPerKey = quotas.key().connections();
        maxPerShare = quotas.share().connections();
    }

    /// Counts a new connection.
    ///
    /// @throws SessionException `quota_exceeded` if the key or the share has too many, `busy` if there are too many in
    ///     total
    synchronized void acquire(Caller caller) {
        if (tryAcquire(caller)) {
            return;
        }
        boolean isOwnLimit = total < maxTotal;
        throw new SessionException(
                isOwnLimit ? ErrorCode.QUOTA_EXCEEDED : ErrorCode.BUSY,
                isOwnLimit
                        ? "the %s already has %d live connections, the maximum"
                                .formatted(caller.share() == null ? "key" : "share", maxOf(caller))
                        : "there are already %d live connections, the maximum".formatted(maxTotal));
    }

    /// Counts a new connection if the limits allow it.
    ///
    /// @return whether they do
    synchronized boolean tryAcquire(Caller caller) {
        int own = byCaller.getOrDefault(caller.name(), 0);
        if (total >= maxTotal || (caller.isAuthenticated() && own >= maxOf(caller))) {
            return false;
        }
        total++;
        byCaller.put(caller.name(), own + 1);
        return true;
    }

    private int maxOf(Caller caller) {
        return caller.share() == null ? maxPerKey : maxPerShare;
    }

    /// Must be called once for each connection that was counted.
    synchronized void release(Caller caller) {
        total--;
        byCaller.computeIfPresent(caller.name(), (_, own) -> own == 1 ? null : own - 1);
    }
}
