package dev.microgpt.share;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/// Holds shares in memory, for a service that persists nothing. Thread-safe.
public final class MemoryShares implements ShareStore {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final LongPredicate isCurrentEpoch;
    private final Map<String, Share> byHash = new HashMap<>(); // bounded by create

    /// @param isCurrentEpoch tests whether some session is in an epoch
    public MemoryShares(LongPredicate isCurrentEpoch) {
        this.isCurrentEpoch = isCurrentEpoch;
    }

    @Override
    public synchronized CompletableFuture<Void> create(Share share, String hash, int maxShares) {
        byHash.values().removeIf(other -> isOver(other, share.createdAt()));
        if (!isCurrentEpoch.test(share.epoch())) {
            return CompletableFuture.failedFuture(ShareErrors.sessionGone(share.session().name()));
        }
        long own = byHash.values().stream().filter(s -> s.epoch() == share.epoch()).count();
        if (own >= maxShares) {
            return CompletableFuture.failedFuture(ShareErrors.tooMany(own, maxShares));
        }
        byHash.put(hash, share);
        return DONE;
    }

    private boolean isOver(Share share, Instant now) {
        return share.isExpired(now) || !isCurrentEpoch.test(share.epoch());
    }

    @Override
    public synchronized CompletableFuture<Void> delete(Share share) {
        byHash.values().removeIf(other -> other.id().equals(share.id()));
        return DONE;
    }

    @Override
    public synchronized List<Share> list(long epoch, Instant now) {
        return byHash.values().stream()
                .filter(share -> share.epoch() == epoch && !share.isExpired(now))
                .sorted(Comparator.comparing(Share::createdAt).thenComparing(Share::id))
                .toList();
    }

    @Override
    public synchronized @Nullable Share findByHash(String hash) {
        return ofCurrentEpoch(byHash.get(hash));
    }

    @Override
    public synchronized @Nullable Share findById(String id) {
        return byHash.values().stream()
                .filter(share -> share.id().equals(id))
                .findFirst()
                .map(this::ofCurrentEpoch)
                .orElse(null);
    }

    private @Nullable Share ofCurrentEpoch(@Nullable Share share) {
        return share != null && isCurrentEpoch.test(share.epoch()) ? share : null;
    }
}
