package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.security.Principal;

/// On whose behalf a call is made. Every way to a session asks for one, so that a forgotten check shows
/// nobody too much.
///
/// @param owner whose sessions the call is about: the name of an API key, or `local`
/// @param hasKey whether there is a key: then its quotas hold
public record Caller(String owner, boolean hasKey) {

    /// The one owner where no keys are asked for.
    public static final Caller LOCAL = new Caller("local", false);

    /// @param principal who has been recognised; null where no keys are asked for
    public static Caller of(@Nullable Principal principal) {
        return principal == null ? LOCAL : new Caller(principal.getName(), true);
    }

    /// @param name of one of the caller's sessions
    public SessionId session(String name) {
        return new SessionId(owner, name);
    }
}
