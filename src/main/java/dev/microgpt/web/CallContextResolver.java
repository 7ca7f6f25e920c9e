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

/// Gives controllers the context of a call: what the filters have found out about its request.
final class CallContextResolver implements HandlerMethodArgumentResolver {

    /// Where the filters leave what they have found out.
    static final String MEMORY = CallContextResolver.class.getName() + ".memory";

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
            throw new IllegalStateException("the request has not passed the filters");
        }
        return new CallContext(
                Caller.of(servlet.getUserPrincipal()),
                condition(servlet.getHeader(HttpHeaders.IF_MATCH)),
                (Idempotency) servlet.getAttribute(IDEMPOTENCY),
                memory);
    }

    /// Calls with `If-Match` change a session only while it is as the caller knows it.
    private static VersionCondition condition(@Nullable String header) {
        if (header == null || header.strip().equals(ANY)) {
            return VersionCondition.NONE;
        }
        // Weak tags never match here (RFC 9110, 13.1.1).
        Set<String> versions =
                ETag.parse(header).stream()
                        .map(tag -> tag.weak() ? tag.formattedTag() : tag.tag())
                        .collect(Collectors.toUnmodifiableSet());
        return new VersionCondition(versions);
    }
}
