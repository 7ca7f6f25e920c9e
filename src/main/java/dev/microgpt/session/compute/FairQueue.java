package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who is next: workloads that wait for a thread. Owners have equal parts of the time, however many sessions
/// they have, and at most their share; the workloads of one owner take turns. Not safe for use by several
/// threads at once.
final class FairQueue<W> {

    /// What an owner without waiting work saves up at most.
    private static final long MOST_SAVED_NANOS = 100_000_000;

    private final double nanosPerNano;
    private final boolean isLimited;
    private final Map<String, Account> accounts = new HashMap<>(); // one for each key that there is
    private final List<Account> waiting = new ArrayList<>();
    private long clock; // the time that whoever was last had used

    /// @param threads that work
    /// @param share of their time for one owner, above 0 and up to 1
    FairQueue(int threads, double share) {
        nanosPerNano = threads * share;
        isLimited = share < 1;
    }

    /// What an owner has used, and its workloads that wait.
    private final class Account {

        final ArrayDeque<W> workloads = new ArrayDeque<>();
        long used;
        double allowance = MOST_SAVED_NANOS;
        long allowanceAt;

        Account(long now) {
            allowanceAt = now;
        }

        /// How long its next turn has to wait for its share.
        long nanosUntilAllowed(long now) {
            double earned = (now - allowanceAt) * nanosPerNano;
            allowance = Math.min(MOST_SAVED_NANOS, allowance + earned);
            allowanceAt = now;
            return allowance > 0 ? 0 : (long) (-allowance / nanosPerNano) + 1;
        }
    }

    void add(String owner, W workload, long now) {
        Account account = accounts.get(owner);
        if (account == null) {
            account = new Account(now);
            accounts.put(owner, account);
        }
        if (account.workloads.isEmpty()) {
            waiting.add(account);
            account.used = Math.max(account.used, clock); // nobody saves time up by not working
        }
        account.workloads.add(workload);
    }

    /// Takes all out.
    List<W> drain() {
        List<W> all = waiting.stream().flatMap(account -> account.workloads.stream()).toList();
        waiting.forEach(account -> account.workloads.clear());
        waiting.clear();
        return all;
    }

    /// How many workloads wait.
    int size() {
        return waiting.stream().mapToInt(account -> account.workloads.size()).sum();
    }

    /// @return whether it was waiting
    boolean remove(String owner, W workload) {
        Account account = accounts.get(owner);
        if (account == null || !account.workloads.remove(workload)) {
            return false;
        }
        if (account.workloads.isEmpty()) {
            waiting.remove(account);
        }
        return true;
    }

    /// How long until somebody's turn comes; `Long.MAX_VALUE` if nobody waits.
    long nanosUntilDue(long now) {
        if (!isLimited) {
            return waiting.isEmpty() ? Long.MAX_VALUE : 0;
        }
        return waiting.stream()
                .mapToLong(account -> account.nanosUntilAllowed(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// The workload whose turn it is; null if nobody's is.
    @Nullable W take(long now) {
        Account next = null;
        for (Account account : waiting) {
            boolean isAllowed = !isLimited || account.nanosUntilAllowed(now) == 0;
            if (isAllowed && (next == null || account.used < next.used)) {
                next = account;
            }
        }
        if (next == null) {
            return null;
        }
        clock = next.used;
        W workload = next.workloads.remove();
        if (next.workloads.isEmpty()) {
            waiting.remove(next);
        }
        return workload;
    }

    /// The workload has had its turn.
    void used(String owner, long nanos) {
        Account account = accounts.get(owner);
        if (account != null) {
            account.used += nanos;
            account.allowance -= nanos;
        }
    }
}
