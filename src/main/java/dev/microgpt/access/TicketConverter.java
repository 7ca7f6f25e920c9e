package dev.microgpt.access;

import dev.microgpt.wire.RequestPath;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.ott.OneTimeTokenAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;

/// Reads the ticket of a request for a live stream from the URL, because browsers cannot send headers there.
///
/// Spring Security's `OneTimeTokenAuthenticationConverter` is not used, because it accepts a token for any
/// path and reads it with `getParameter`, which consumes the body of a form.
final class TicketConverter implements AuthenticationConverter {

    private static final String PARAMETER = "ticket=";

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String path = RequestPath.of(request);
        String query = request.getQueryString();
        if (query == null || !(path.equals("/api/v1/ws") || path.endsWith("/events"))) {
            return null;
        }
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(PARAMETER)) {
                return new OneTimeTokenAuthenticationToken(parameter.substring(PARAMETER.length()));
            }
        }
        return null;
    }
}
