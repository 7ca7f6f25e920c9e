package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.security.Principal;

/// On whose behalf a call is made. Bound to the thread of the call: without it, there are no sessions to
/// be seen, so that a forgotten check shows nobody too much.
///
/// @param owner whose sessions the call is about: the name of an API key, or `local`
/// @param hasKey whether there is a key: then its quotas hold
public record Caller(String owner, boolean hasKey) {

    /// Of the call at hand.
    public static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();

    /// The one owner where no keys are asked for.
    public static final Caller LOCAL = new Caller("local", false);

    /// @param principal who has been recognised; null where no keys are asked for
    public static Caller of(@Nullable Principal principal) {
        return principal == null ? LOCAL : new Caller(principal.getName(), true);
    }

    /// @throws java.util.NoSuchElementException outside of calls
    public static Caller current() {
        return CURRENT.get();
    }
}
