package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/// The `If-None-Match` header of a request (RFC 9110, 13.1.2).
record IfNoneMatch(List<ETag> tags) {

    static IfNoneMatch of(HttpServletRequest request) {
        return new IfNoneMatch(
                Collections.list(request.getHeaders(HttpHeaders.IF_NONE_MATCH)).stream()
                        .flatMap(header -> ETag.parse(header).stream())
                        .toList());
    }

    /// Returns whether the client already has the current representation.
    ///
    /// @param tag the value of the `ETag` header, with its quotes
    boolean matches(String tag) {
        ETag current = ETag.create(tag);
        return isAny() || tags.stream().anyMatch(known -> known.compare(current, false));
    }

    /// Returns whether the header is `*`.
    boolean isAny() {
        return tags.stream().anyMatch(ETag::isWildcard);
    }

    /// Creates a session; with `If-None-Match: *` only if it does not exist yet.
    ///
    /// @param mayOverwrite whether the caller allows replacing an existing session; `*` overrules it
    /// @param creation creates the session, and replaces an existing one only if its argument is true;
    ///     otherwise it fails with `exists`
    /// @throws SessionException `stale` if the header is `*` and the session exists
    <T> T create(boolean mayOverwrite, Function<Boolean, T> creation) {
        if (!isAny()) {
            return creation.apply(mayOverwrite);
        }
        try {
            return creation.apply(false);
        } catch (SessionException e) {
            if (e.code() != ErrorCode.EXISTS) {
                throw e;
            }
            throw new SessionException(
                    ErrorCode.STALE,
                    "the session already exists, and If-None-Match: * only allows creating a new one",
                    HttpHeaders.IF_NONE_MATCH,
                    "*");
        }
    }
}
