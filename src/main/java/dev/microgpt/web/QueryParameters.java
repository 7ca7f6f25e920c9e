package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/// Reads query parameters without touching the body. `HttpServletRequest.getParameter` would consume a body
/// that is declared as a form, as curl does with `--data-binary`.
final class QueryParameters {

    private QueryParameters() {}

    /// Returns the values of each parameter.
    ///
    /// @throws SessionException `invalid_name` if the query is malformed
    static MultiValueMap<String, String> all(HttpServletRequest request) {
        MultiValueMap<String, String> decoded = new LinkedMultiValueMap<>();
        UriComponentsBuilder.newInstance()
                .query(request.getQueryString())
                .build()
                .getQueryParams()
                .forEach(
                        (name, values) ->
                                values.forEach(value -> decoded.add(decode(name), decode(value))));
        return decoded;
    }

    private static String decode(@Nullable String text) {
        try {
            return text == null ? "" : URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    "the query has a malformed percent-encoding: '%s'".formatted(text));
        }
    }

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
