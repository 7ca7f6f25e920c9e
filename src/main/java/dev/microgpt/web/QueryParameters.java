package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/// Reads query parameters without touching the body: `HttpServletRequest.getParameter` would swallow
/// a body that curl declares as a form, which is what `--data-binary` does.
final class QueryParameters {

    private QueryParameters() {}

    /// @throws SessionException if the parameter is neither `true` nor `false`
    static boolean isTrue(HttpServletRequest request, String name) {
        @Nullable String value =
                UriComponentsBuilder.newInstance()
                        .query(request.getQueryString())
                        .build()
                        .getQueryParams()
                        .getFirst(name);
        return isTrue(name, value);
    }

    /// @param value null where the parameter is absent
    /// @throws SessionException if the parameter is neither `true` nor `false`
    static boolean isTrue(String name, @Nullable String value) {
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw new SessionException(
                ErrorCode.WRONG_TYPE,
                "%s must be true or false, but is '%s'".formatted(name, value),
                name,
                value);
    }
}
