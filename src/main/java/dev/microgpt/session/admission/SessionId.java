package dev.microgpt.session.admission;

import java.util.Comparator;
import java.util.regex.Pattern;

/// The id of a session: its owner and its name. Sessions of different owners may have the same name.
///
/// @param owner see [Caller#owner()]
/// @param name the name, unique among the sessions of the owner
public record SessionId(String owner, String name) implements Comparable<SessionId> {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Comparator<SessionId> ORDER =
            Comparator.comparing(SessionId::owner).thenComparing(SessionId::name);

    /// Returns whether a session may have this name.
    public boolean isValid() {
        return NAME.matcher(name).matches();
    }

    /// Checks the name and returns this id.
    ///
    /// @throws SessionException `invalid_name`
    public SessionId requireValid() {
        if (!isValid()) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    "a session name must have 1 to 63 characters a-z, 0-9 or '-' and must not begin with"
                            + " '-', but it is '"
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
