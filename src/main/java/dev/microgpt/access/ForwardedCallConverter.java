package dev.microgpt.access;

import dev.microgpt.wire.ForwardedCall;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

/// Reads the caller whom another node of the cluster has authenticated. A ticket is valid once, so this node could
/// not check it again.
final class ForwardedCallConverter implements AuthenticationConverter {

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        ForwardedCall call = ForwardedCall.of(request);
        return call == null || call.owner() == null
                ? null
                : new PreAuthenticatedAuthenticationToken(call.owner(), "");
    }
}
