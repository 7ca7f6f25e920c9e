package dev.microgpt.share;

import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Stores shares beyond the end of the process. They go with the epoch of their session.
///
/// Several processes may share a store; only the owner of a session can change its shares. A future completes when its
/// write is durable; if it fails with a [SessionException], nothing of it was or will be stored.
public interface ShareStore {

    /// Stores a new share, and removes the expired ones of its session.
    ///
    /// @param hash the hash of its token
    /// @param maxShares how many shares the session may have
    /// @return fails with `quota_exceeded` if there are too many, `not_found` if the session is gone, and `moving` if it
    ///     is another process's
    CompletableFuture<Void> create(Share share, String hash, int maxShares);

    /// Removes a share; does nothing if it is gone.
    ///
    /// @return fails with `moving` if the session is another process's
    CompletableFuture<Void> delete(Share share);

    /// Returns the shares of a session that have not expired, the oldest first.
    ///
    /// @throws SessionException `store_unavailable`
    List<Share> list(long epoch, Instant now);

    /// Returns the share whose token has a hash; null if there is none. It may have expired.
    ///
    /// @throws SessionException `store_unavailable`
    @Nullable Share findByHash(String hash);

    /// Returns the share with an id; null if there is none. It may have expired.
    ///
    /// @throws SessionException `store_unavailable`
    @Nullable Share findById(String id);
}
