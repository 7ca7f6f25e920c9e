package dev.microgpt.access;

import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.share.ShareToken;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

import java.util.List;

/// Authentication by the token of a share, before and after the token was checked.
final class ShareAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1;

    private final transient @Nullable ShareToken token;
    private final String name;

    /// @param token to be checked
    ShareAuthentication(ShareToken token) {
        super(List.of());
        this.token = token;
        name = "";
    }

    /// @param share what a valid token stands for
    ShareAuthentication(SharedSession share) {
        super(List.of());
        token = null;
        name = share.callerName();
        setAuthenticated(true);
    }

    /// Returns the token; null if it was checked.
    @Override
    public @Nullable ShareToken getCredentials() {
        return token;
    }

    @Override
    public String getPrincipal() {
        return name;
    }
}
