package dev.microgpt.share;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

/// The errors that stores of shares have in common.
public final class ShareErrors {

    private ShareErrors() {}

    public static SessionException tooMany(long count, int max) {
        return new SessionException(
                ErrorCode.QUOTA_EXCEEDED,
                "the session has "
                        + count
                        + " shares, and at most "
                        + max
                        + " are allowed; withdraw one first");
    }

    /// Returns the error for a session that was deleted or replaced during the call.
    public static SessionException sessionGone(String name) {
        return new SessionException(
                ErrorCode.NOT_FOUND,
                "the session '" + name + "' was deleted or replaced",
                "name",
                name);
    }

    static SessionException notFound(String id) {
        return new SessionException(
                ErrorCode.NOT_FOUND,
                "the session has no share '" + id + "'; it may have expired",
                "share",
                id);
    }
}
