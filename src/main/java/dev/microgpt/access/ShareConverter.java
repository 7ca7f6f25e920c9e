package dev.microgpt.access;

import dev.microgpt.share.ShareToken;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;

/// Reads the token of a share from where API keys are, but never from the URL. The pages find it in the fragment of
/// their address, which browsers do not send.
final class ShareConverter implements AuthenticationConverter {

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        ShareToken token = token(request);
        return token == null ? null : new ShareAuthentication(token);
    }

    /// Returns the token of a request; null if it has none.
    static @Nullable ShareToken token(HttpServletRequest request) {
        String key = ApiKeyConverter.key(request);
        return key != null && ShareToken.isToken(key) ? new ShareToken(key) : null;
    }
}
