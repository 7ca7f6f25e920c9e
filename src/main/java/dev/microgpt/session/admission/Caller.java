package dev.microgpt.session.admission;

import dev.microgpt.quota.RateLimiter;

import org.jspecify.annotations.Nullable;

import java.security.Principal;
import java.util.List;

/// The owner on whose behalf a call is made. Every access to a session requires one, so that no forgotten
/// check can expose the sessions of others.
///
/// @param owner the owner of the sessions that the call is about: the name of an API key, or `local`
/// @param hasKey whether the caller has an API key, so that its quotas apply
/// @param share what the caller may read; null if the caller is the owner
public record Caller(String owner, boolean hasKey, @Nullable SharedSession share) {

    /// The only caller of a service that requires no API keys.
    public static final Caller LOCAL = new Caller("local", false);

    /// Creates a caller who owns the sessions.
    public Caller(String owner, boolean hasKey) {
        this(owner, hasKey, null);
    }

    /// Returns the caller of a request.
    ///
    /// @param principal the authenticated principal; null if the service requires no API keys
    public static Caller of(@Nullable Principal principal) {
        if (principal == null) {
            return LOCAL;
        }
        SharedSession share = SharedSession.of(principal.getName());
        return share == null
                ? new Caller(principal.getName(), true)
                : new Caller(share.owner(), false, share);
    }

    /// Returns the name by which limits count the caller, and nodes tell each other who it is.
    public String name() {
        return share == null ? owner : share.callerName();
    }

    /// Returns whether the caller was authenticated, by a key or by a share.
    public boolean isAuthenticated() {
        return hasKey || share != null;
    }

    /// Counts a call of the caller against the rate limits.
    ///
    /// @return the verdict of each policy; if any is a refusal, the call must be rejected
    public List<RateLimiter.Verdict> countCall(RateLimiter limiter) {
        return share == null ? limiter.count(owner, hasKey) : limiter.countShared(name());
    }

    /// Rejects the bearer of a share if a session in an epoch is not the one that was shared.
    ///
    /// @throws SessionException `unauthorized`
    public void requireShown(long epoch) {
        if (share != null && !share.shows(epoch)) {
            throw share.replaced();
        }
    }

    /// Returns the id of one of the caller's sessions.
    public SessionId sessionId(String name) {
        return new SessionId(owner, name);
    }
}
