package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/// Reads query parameters without touching the body. `HttpServletRequest.getParameter` would consume a body
/// that is declared as a form, as curl does with `--data-binary`.
final class QueryParameters {

    private QueryParameters() {}

    /// Returns whether a parameter is `true`; false if it is absent.
    ///
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

    /// Returns whether the value of a parameter is `true`.
    ///
    /// @param value null if the parameter is absent
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
