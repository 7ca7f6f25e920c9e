package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// On what terms a call is made. Bound to the thread of the call, for whatever it does to sessions.
///
/// @param versions one of which the session must have when its turn comes, see [Snapshot#version()];
///     null where any will do
/// @param once null for a call that may be repeated
public record CallTerms(@Nullable Set<String> versions, @Nullable Once once) {

    /// Of the call at hand.
    public static final ScopedValue<CallTerms> CURRENT = ScopedValue.newInstance();

    private static final CallTerms NONE = new CallTerms(null, null);

    static CallTerms current() {
        return CURRENT.orElse(NONE);
    }

    /// The same for a session that the call has made itself.
    CallTerms forNewSession() {
        return new CallTerms(null, once);
    }

    /// @param version null where there is no session
    /// @throws SessionException `stale`
    void requireVersion(@Nullable String version) {
        if (versions != null && (version == null || !versions.contains(version))) {
            throw new SessionException(
                    ErrorCode.STALE,
                    version == null
                            ? "there is no session to be at %s"
                                    .formatted(String.join(", ", versions))
                            : "the session is at %s, not at %s"
                                    .formatted(version, String.join(", ", versions)),
                    "If-Match",
                    null);
        }
    }
}
