package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The session that the bearer of a share may read. Nodes pass it to each other as a name, as they do with the owners
/// of keys.
///
/// @param owner the owner of the session
/// @param session its name
/// @param epoch its epoch: a session that has replaced it is not shared
/// @param shareId the id of the share
public record SharedSession(String owner, String session, long epoch, String shareId) {

    /// No name of a key has a colon or a slash, so this is not the name of one.
    private static final Pattern NAME =
            Pattern.compile("share:([^/]+)/([^/]+)/([0-9]{1,18})/([^/]+)");

    /// Returns the shared session that a name stands for; null if it stands for the owner of a key.
    public static @Nullable SharedSession of(String callerName) {
        Matcher matcher = NAME.matcher(callerName);
        return matcher.matches()
                ? new SharedSession(
                        matcher.group(1),
                        matcher.group(2),
                        Long.parseLong(matcher.group(3)),
                        matcher.group(4))
                : null;
    }

    /// Returns the name of a caller who has the share.
    public String callerName() {
        return "share:" + owner + "/" + session + "/" + epoch + "/" + shareId;
    }

    /// Returns the refusal of a call that the share does not allow. It is the same for all sessions, so it does not
    /// reveal which others exist.
    public SessionException notShared() {
        return notShared("this call is not part of it", null);
    }

    /// @param field the field that would have to be different; null for none
    SessionException notShared(String reason, @Nullable String field) {
        return new SessionException(
                ErrorCode.NOT_SHARED,
                "the share shows the session '" + session + "' and changes nothing; " + reason,
                field,
                null);
    }

    /// Returns whether a session in an epoch is the one that was shared, and none that has replaced it.
    public boolean shows(long sessionEpoch) {
        return epoch == sessionEpoch;
    }

    /// Returns the refusal of a call for a session that was replaced.
    SessionException replaced() {
        return new SessionException(
                ErrorCode.UNAUTHORIZED,
                "the share is not valid: the session '" + session + "' was replaced");
    }

    /// Returns the refusal to generate with the generator of the session.
    public SessionException needsSeed() {
        return notShared(
                "give a seed or a step, since otherwise generating changes the session's random generator",
                "seed");
    }
}
