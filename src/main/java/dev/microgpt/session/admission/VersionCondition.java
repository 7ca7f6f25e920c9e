package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// A precondition on the version of a session, so that a call changes nothing that its caller has not seen.
///
/// @param versions the versions that the call accepts; null for any, and empty if it only accepts that there
///     is no session
public record VersionCondition(@Nullable Set<String> versions) {

    public static final VersionCondition NONE = new VersionCondition(null);

    /// There must be no session.
    public static final VersionCondition ABSENT = new VersionCondition(Set.of());

    /// Returns whether the call accepts every version, so that none need be computed.
    public boolean acceptsAny() {
        return versions == null;
    }

    /// Checks the version of a session.
    ///
    /// @param version the current version; null if there is no session
    /// @throws SessionException `stale` if the call does not accept it
    public void require(@Nullable String version) {
        if (versions == null
                || (version == null ? versions.isEmpty() : versions.contains(version))) {
            return;
        }
        if (versions.isEmpty()) {
            throw new SessionException(
                    ErrorCode.STALE, "the session exists, and the call only creates a new one");
        }
        String accepted = String.join(", ", versions);
        throw new SessionException(
                ErrorCode.STALE,
                version == null
                        ? "there is no session, so its version is not " + accepted
                        : "the session's version is " + version + ", not " + accepted,
                "version",
                version);
    }
}
