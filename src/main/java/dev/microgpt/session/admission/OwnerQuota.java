package dev.microgpt.session.admission;

/// What the sessions of one owner may amount to in all processes that share a store.
///
/// @param sessions their maximum number
/// @param parameters the maximum number of their parameters together
public record OwnerQuota(int sessions, long parameters) {

    /// Checks the sessions that an owner has.
    ///
    /// @throws SessionException `quota_exceeded`
    public void require(long numSessions, long numParams) {
        if (numSessions > sessions) {
            throw new SessionException(
                    ErrorCode.QUOTA_EXCEEDED,
                    "the key would have %d sessions, and at most %d are allowed; delete one first"
                            .formatted(numSessions, sessions));
        }
        if (numParams > parameters) {
            throw new SessionException(
                    ErrorCode.QUOTA_EXCEEDED,
                    "the key's sessions would have %d parameters together, and at most %d are allowed;"
                                    .formatted(numParams, parameters)
                            + " delete a session first",
                    "numParams",
                    numParams);
        }
    }
}
