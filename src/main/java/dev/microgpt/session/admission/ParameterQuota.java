package dev.microgpt.session.admission;

import dev.microgpt.quota.QuotaSettings;

import java.util.HashMap;
import java.util.Map;

/// Counts the parameters of all sessions against the quotas, by owner and together. A count is taken before
/// the parameters are made, so that calls at the same time cannot exceed a quota together.
public final class ParameterQuota {

    private final QuotaSettings quotas;
    private final Map<SessionId, Long> counts = new HashMap<>(); // one for each session
    private final Map<String, Long> byOwner = new HashMap<>(); // one for each owner with sessions
    private long all;

    public ParameterQuota(QuotaSettings quotas) {
        this.quotas = quotas;
    }

    /// Checks that a session may have so many parameters, in the place of those that it has.
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

    /// Checks the same, and counts them.
    ///
    /// @return the count before, to go back to
    /// @throws SessionException `quota_exceeded`
    public synchronized long take(Caller caller, SessionId id, long count) {
        require(caller, id, count);
        return set(id, count);
    }

    /// Takes note of how many a session has in fact.
    ///
    /// @return the count before
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
                            + " more parameters would be too many: "
                            + whose
                            + " sessions have "
                            + used
                            + " of the "
                            + quota
                            + " that they may have together; delete one first",
                    "numParams",
                    more);
        }
    }
}
