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
///
/// The ticket of a share has a prefix, since it counts even where calls need no key: its stream must end with the share.
final class TicketConverter implements AuthenticationConverter {

    static final String SHARE_PREFIX = "share-";

    private static final String PARAMETER = "ticket=";

    private final boolean isForSharesOnly;

    /// @param isForSharesOnly whether to ignore the tickets of owners
    TicketConverter(boolean isForSharesOnly) {
        this.isForSharesOnly = isForSharesOnly;
    }

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String path = RequestPath.of(request);
        String query = request.getQueryString();
        if (query == null || !(path.equals("/api/v1/ws") || path.endsWith("/events"))) {
            return null;
        }
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(PARAMETER)) {
                return ticket(parameter.substring(PARAMETER.length()));
            }
        }
        return null;
    }

    private @Nullable Authentication ticket(String text) {
        if (text.startsWith(SHARE_PREFIX)) {
            return new OneTimeTokenAuthenticationToken(text.substring(SHARE_PREFIX.length()));
        }
        return isForSharesOnly ? null : new OneTimeTokenAuthenticationToken(text);
    }
}
