package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.VersionCondition;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

import java.util.Set;
import java.util.stream.Collectors;

/// Passes controllers the [CallContext] of a request, built from its headers and from the attributes that
/// filters have set.
final class CallContextResolver implements HandlerMethodArgumentResolver {

    /// Request attribute with the [Memory.Share] of the call.
    static final String MEMORY = CallContextResolver.class.getName() + ".memory";

    /// Request attribute with the [Idempotency] of the call, if it has a key.
    static final String IDEMPOTENCY = CallContextResolver.class.getName() + ".idempotency";

    private static final String ANY = "*";

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType().equals(CallContext.class);
    }

    @Override
    public CallContext resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        HttpServletRequest servlet = request.getNativeRequest(HttpServletRequest.class);
        if (servlet == null || !(servlet.getAttribute(MEMORY) instanceof Memory.Share memory)) {
            throw new IllegalStateException("the request has not passed the BodyLimitFilter");
        }
        return new CallContext(
                Caller.of(servlet.getUserPrincipal()),
                condition(servlet),
                (Idempotency) servlet.getAttribute(IDEMPOTENCY),
                memory);
    }

    /// Returns the precondition of a request that would change a session: with `If-Match`, that the session is
    /// at one of the given versions; with `If-None-Match: *`, that there is none. For a read, that header is
    /// about the representation.
    private static VersionCondition condition(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.IF_MATCH);
        if (header == null || header.strip().equals(ANY)) {
            boolean isRead =
                    request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
            return !isRead && IfNoneMatch.of(request).isAny()
                    ? VersionCondition.ABSENT
                    : VersionCondition.NONE;
        }
        // Weak tags never match here (RFC 9110, 13.1.1).
        Set<String> versions =
                ETag.parse(header).stream()
                        .map(tag -> tag.weak() ? tag.formattedTag() : tag.tag())
                        .collect(Collectors.toUnmodifiableSet());
        return new VersionCondition(versions.isEmpty() ? Set.of(header) : versions);
    }
}
