package dev.microgpt.live;

import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import org.springframework.stereotype.Component;

import java.util.HashMap;
import java.util.Map;

/// Counts live connections, WebSockets and streams of events: those of each key, and all.
@Component
final class LiveConnections {

    private final int most;
    private final int mostOfKey;
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int all;

    LiveConnections(Limits limits, QuotaSettings quotas) {
        most = limits.connections();
        mostOfKey = quotas.key().connections();
    }

    /// Enters.
    ///
    /// @throws SessionException `quota_exceeded` if the key has too many already, `busy` if all have
    synchronized void requireRoom(Caller caller) {
        if (enter(caller)) {
            return;
        }
        boolean isOfKey = all < most;
        throw new SessionException(
                isOfKey ? ErrorCode.QUOTA_EXCEEDED : ErrorCode.BUSY,
                isOfKey
                        ? "the key has %d live connections, as many as it may have"
                                .formatted(mostOfKey)
                        : "there are as many live connections as are allowed");
    }

    /// @return false if there are too many already
    synchronized boolean enter(Caller caller) {
        int own = byOwner.getOrDefault(caller.owner(), 0);
        if (all >= most || (caller.hasKey() && own >= mostOfKey)) {
            return false;
        }
        all++;
        byOwner.put(caller.owner(), own + 1);
        return true;
    }

    /// To be called once for each that has entered.
    synchronized void leave(Caller caller) {
        all--;
        byOwner.computeIfPresent(caller.owner(), (_, own) -> own == 1 ? null : own - 1);
    }
}
