package dev.microgpt.access;

import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.share.ShareService;
import dev.microgpt.share.ShareToken;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;

import java.util.List;

/// Authenticates the bearers of shares: by the token, or by the [name][SharedSession#callerName()] that a ticket stands
/// for or another node has sent.
final class ShareAuthenticator implements AuthenticationProvider, UserDetailsService {

    private final ShareService shares;
    private final UserDetailsService owners;

    /// @param owners the callers that have no share
    ShareAuthenticator(ShareService shares, UserDetailsService owners) {
        this.shares = shares;
        this.owners = owners;
    }

    @Override
    public boolean supports(Class<?> type) {
        return type.equals(ShareAuthentication.class);
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        if (!(authentication instanceof ShareAuthentication share)) {
            return null;
        }
        ShareToken token = share.getCredentials();
        SharedSession shared = token == null ? null : find(token);
        if (shared == null) {
            throw new BadCredentialsException("the share is not valid");
        }
        return new ShareAuthentication(shared);
    }

    private @Nullable SharedSession find(ShareToken token) {
        try {
            return shares.find(token);
        } catch (SessionException e) {
            throw new AuthenticationServiceException("shares cannot be read", e);
        }
    }

    /// The share must still be valid: it may have been withdrawn since the ticket was issued.
    @Override
    public UserDetails loadUserByUsername(String name) {
        SharedSession share = SharedSession.of(name);
        if (share == null) {
            return owners.loadUserByUsername(name);
        }
        if (!isValid(share)) {
            throw new UsernameNotFoundException("the share is not valid");
        }
        return User.withUsername(name).password("").authorities(List.of()).build();
    }

    private boolean isValid(SharedSession share) {
        try {
            return shares.isValid(share);
        } catch (SessionException e) {
            throw new AuthenticationServiceException("shares cannot be read", e);
        }
    }
}
