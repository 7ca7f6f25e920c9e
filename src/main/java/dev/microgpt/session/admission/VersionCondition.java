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
        if (version != null) {
            requireExistenceAccepted();
        }
        if (versions == null
                || (version == null ? versions.isEmpty() : versions.contains(version))) {
            return;
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

    /// Checks that the call accepts that there is a session, of whatever version.
    ///
    /// @throws SessionException `stale` if it accepts only that there is none
    public void requireExistenceAccepted() {
        if (versions != null && versions.isEmpty()) {
            throw new SessionException(
                    ErrorCode.STALE,
                    "the session already exists, and the call only allows creating a new one",
                    "absence",
                    null);
        }
    }
}
