package dev.microgpt.web;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;

import java.util.Collections;
import java.util.List;

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
}
