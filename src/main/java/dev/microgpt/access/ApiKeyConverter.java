package dev.microgpt.access;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;

/// Reads the API key of a request from `Authorization: Bearer KEY` or `X-Api-Key: KEY`, but never from the
/// URL, which ends up in logs and browser histories.
///
/// Spring Security has no converter for API keys: its bearer tokens are those of OAuth 2, in a module that
/// this service does not use.
final class ApiKeyConverter implements AuthenticationConverter {

    private static final String HEADER = "X-Api-Key";
    private static final String SCHEME = "Bearer ";

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String key = key(request);
        if (key == null) {
            return null;
        }
        int dot = key.indexOf('.');
        String name = dot < 0 ? key : key.substring(0, dot);
        return UsernamePasswordAuthenticationToken.unauthenticated(name, key.substring(dot + 1));
    }

    /// Returns the key, or the token of a share, as it was sent; null if there is none.
    static @Nullable String key(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return authorization.substring(SCHEME.length()).strip();
        }
        return request.getHeader(HEADER);
    }
}
