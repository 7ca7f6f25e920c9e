package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.security.Principal;

/// The owner on whose behalf a call is made. Every access to a session requires one, so that no forgotten
/// check can expose the sessions of others.
///
/// @param owner the owner of the sessions that the call is about: the name of an API key, or `local`
/// @param hasKey whether the caller has an API key, so that its quotas apply
public record Caller(String owner, boolean hasKey) {

    /// The only caller of a service that requires no API keys.
    public static final Caller LOCAL = new Caller("local", false);

    /// Returns the caller of a request.
    ///
    /// @param principal the authenticated principal; null if the service requires no API keys
    public static Caller of(@Nullable Principal principal) {
        return principal == null ? LOCAL : new Caller(principal.getName(), true);
    }

    /// Returns the id of one of the caller's sessions.
    public SessionId sessionId(String name) {
        return new SessionId(owner, name);
    }
}
