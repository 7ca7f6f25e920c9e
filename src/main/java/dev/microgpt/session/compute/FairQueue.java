package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A fair queue of workloads that wait for a thread. The owners get equal parts of the compute time, however
/// many sessions they have, and each at most a fixed share; the workloads of one owner take turns. Not
/// thread-safe.
final class FairQueue<W> {

    /// Maximum allowance that an owner without waiting work accumulates.
    private static final long MAX_SAVED_NANOS = 100_000_000;

    private final double allowancePerNano;
    private final boolean isLimited;
    private final Map<String, Account> accounts = new HashMap<>(); // at most one per API key
    private final List<Account> waiting = new ArrayList<>();
    private long virtualTime; // time that the owner of the last slice had used before it

    /// @param threads number of threads
    /// @param share maximum share of the threads' time for one owner, above 0 and up to 1
    FairQueue(int threads, double share) {
        allowancePerNano = threads * share;
        isLimited = share < 1;
    }

    /// The compute time that an owner has used, and its waiting workloads.
    private final class Account {

        final ArrayDeque<W> workloads = new ArrayDeque<>();
        long used;
        double allowance = MAX_SAVED_NANOS;
        long allowanceAt;

        Account(long now) {
            allowanceAt = now;
        }

        /// Returns how long the owner has to wait until its share allows the next slice.
        long nanosUntilAllowed(long now) {
            double earned = (now - allowanceAt) * allowancePerNano;
            allowance = Math.min(MAX_SAVED_NANOS, allowance + earned);
            allowanceAt = now;
            return allowance > 0 ? 0 : (long) (-allowance / allowancePerNano) + 1;
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
            account.used = Math.max(account.used, virtualTime); // idle time earns no priority
        }
        account.workloads.add(workload);
    }

    /// Removes and returns all waiting workloads.
    List<W> drain() {
        List<W> all = waiting.stream().flatMap(account -> account.workloads.stream()).toList();
        waiting.forEach(account -> account.workloads.clear());
        waiting.clear();
        return all;
    }

    /// Returns the number of waiting workloads.
    int size() {
        return waiting.stream().mapToInt(account -> account.workloads.size()).sum();
    }

    /// Removes a workload.
    ///
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

    /// Returns how long it takes until [#take] returns a workload; `Long.MAX_VALUE` if none is waiting.
    long nanosUntilDue(long now) {
        if (!isLimited) {
            return waiting.isEmpty() ? Long.MAX_VALUE : 0;
        }
        return waiting.stream()
                .mapToLong(account -> account.nanosUntilAllowed(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// Removes and returns the workload that gets the next slice; null if none may have one now.
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
        virtualTime = next.used;
        W workload = next.workloads.remove();
        if (next.workloads.isEmpty()) {
            waiting.remove(next);
        }
        return workload;
    }

    /// Charges the time of a slice to an owner.
    void charge(String owner, long nanos) {
        Account account = accounts.get(owner);
        if (account != null) {
            account.used += nanos;
            account.allowance -= nanos;
        }
    }
}
