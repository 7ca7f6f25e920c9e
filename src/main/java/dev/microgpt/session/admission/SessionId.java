package dev.microgpt.session.admission;

import java.util.Comparator;
import java.util.regex.Pattern;

/// What tells sessions apart: owners choose names of their own, and do not get in each other's way.
///
/// @param owner see [Caller#owner()]
/// @param name among the sessions of that owner
public record SessionId(String owner, String name) implements Comparable<SessionId> {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Comparator<SessionId> ORDER =
            Comparator.comparing(SessionId::owner).thenComparing(SessionId::name);

    /// @throws SessionException `invalid_name`
    public SessionId requireValid() {
        if (!NAME.matcher(name).matches()) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    "a session's name has 1 to 63 characters a-z, 0-9 and '-' and does not begin with"
                            + " '-', but this one is '"
                            + name
                            + "'",
                    "name",
                    name);
        }
        return this;
    }

    @Override
    public int compareTo(SessionId other) {
        return ORDER.compare(this, other);
    }
}
