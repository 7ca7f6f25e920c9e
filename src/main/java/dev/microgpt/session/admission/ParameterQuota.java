package dev.microgpt.session.admission;

import dev.microgpt.quota.QuotaSettings;

import java.util.HashMap;
import java.util.Map;

/// Enforces the quotas for the number of parameters, per owner and for all sessions together. Parameters are
/// reserved before they are created, so that concurrent calls cannot exceed a quota together. Thread-safe.
public final class ParameterQuota {

    private final QuotaSettings quotas;
    private final Map<SessionId, Long> counts = new HashMap<>(); // one entry per session
    private final Map<String, Long> byOwner = new HashMap<>(); // one entry per owner with sessions
    private long all;

    public ParameterQuota(QuotaSettings quotas) {
        this.quotas = quotas;
    }

    /// Returns what the sessions of an owner with a key may amount to.
    public OwnerQuota ofOwner() {
        return new OwnerQuota(quotas.key().sessions(), quotas.key().parameters());
    }

    /// Checks that a session may have a number of parameters instead of its current ones.
    ///
    /// @throws SessionException `quota_exceeded`
    public synchronized void require(Caller caller, SessionId id, long count) {
        long present = counts.getOrDefault(id, 0L);
        if (caller.hasKey()) {
            long own = byOwner.getOrDefault(id.owner(), 0L) - present;
            require(count, own, quotas.key().parameters(), "the key's");
        }
        require(count, all - present, quotas.all().parameters(), "all");
    }

    /// Checks that sessions of the caller may have numbers of parameters instead of their current ones.
    ///
    /// @throws SessionException `quota_exceeded`
    public synchronized void require(Caller caller, Map<SessionId, Long> wanted) {
        long more = 0;
        long present = 0;
        for (Map.Entry<SessionId, Long> session : wanted.entrySet()) {
            more = saturatedSum(more, session.getValue());
            present += counts.getOrDefault(session.getKey(), 0L);
        }
        if (caller.hasKey()) {
            long own = byOwner.getOrDefault(caller.owner(), 0L) - present;
            require(more, own, quotas.key().parameters(), "the key's");
        }
        require(more, all - present, quotas.all().parameters(), "all");
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /// Checks the quotas like [#require(Caller, SessionId, long)], and counts the parameters.
    ///
    /// @return the previous number of parameters of the session
    /// @throws SessionException `quota_exceeded`
    public synchronized long reserve(Caller caller, SessionId id, long count) {
        require(caller, id, count);
        return set(id, count);
    }

    /// Sets the number of parameters that a session actually has, even beyond a quota.
    ///
    /// @return the previous number of parameters of the session
    public synchronized long set(SessionId id, long count) {
        long before = counts.getOrDefault(id, 0L);
        if (count == 0) {
            counts.remove(id);
        } else {
            counts.put(id, count);
        }
        long own = byOwner.getOrDefault(id.owner(), 0L) + count - before;
        if (own == 0) {
            byOwner.remove(id.owner());
        } else {
            byOwner.put(id.owner(), own);
        }
        all += count - before;
        return before;
    }

    private static void require(long more, long used, long quota, String whose) {
        if (more > quota - used) {
            throw new SessionException(
                    ErrorCode.QUOTA_EXCEEDED,
                    more
                            + " more parameters exceed the quota: "
                            + whose
                            + " sessions already use "
                            + used
                            + " of the "
                            + quota
                            + " parameters that they may have together; delete a session first",
                    "numParams",
                    more);
        }
    }
}
