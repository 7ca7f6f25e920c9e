package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Which versions of a session a call accepts, so that it changes nothing that its caller has not seen.
///
/// @param versions one of which the session must have; null where any will do
public record VersionCondition(@Nullable Set<String> versions) {

    public static final VersionCondition NONE = new VersionCondition(null);

    /// @param version of the session; null where there is none
    /// @throws SessionException `stale`
    public void require(@Nullable String version) {
        if (versions == null || (version != null && versions.contains(version))) {
            return;
        }
        String wanted = String.join(", ", versions);
        throw new SessionException(
                ErrorCode.STALE,
                version == null
                        ? "there is no session to be at " + wanted
                        : "the session is at " + version + ", not at " + wanted,
                "version",
                version);
    }
}
