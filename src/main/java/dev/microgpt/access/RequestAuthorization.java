package dev.microgpt.access;

import dev.microgpt.session.admission.SharedSession;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

import java.util.function.Supplier;

/// Decides who may make a request that is not for the public: owners any, the bearers of shares [some][SharedRoutes].
/// Whoever comes without either may make it only if the service is open.
final class RequestAuthorization implements AuthorizationManager<RequestAuthorizationContext> {

    private final boolean isOpen;

    RequestAuthorization(AccessPolicy policy) {
        isOpen = policy.isOpen();
    }

    @Override
    public AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication,
            RequestAuthorizationContext context) {
        Authentication caller = authentication.get();
        return new AuthorizationDecision(caller != null && isAllowed(caller, context));
    }

    private boolean isAllowed(Authentication caller, RequestAuthorizationContext context) {
        if (caller instanceof AnonymousAuthenticationToken) {
            return isOpen;
        }
        SharedSession share = SharedSession.of(caller.getName());
        return caller.isAuthenticated()
                && (share == null || SharedRoutes.allow(share, context.getRequest()));
    }
}
