package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/// The `If-None-Match` of a request (RFC 9110, 13.1.2).
record IfNoneMatch(List<ETag> tags) {

    static IfNoneMatch of(HttpServletRequest request) {
        return new IfNoneMatch(
                Collections.list(request.getHeaders(HttpHeaders.IF_NONE_MATCH)).stream()
                        .flatMap(header -> ETag.parse(header).stream())
                        .toList());
    }

    /// Whether a client that reads has already what there is.
    ///
    /// @param tag as the header `ETag` has it
    boolean matches(String tag) {
        ETag present = ETag.create(tag);
        return isAny() || tags.stream().anyMatch(known -> known.compare(present, false));
    }

    private boolean isAny() {
        return tags.stream().anyMatch(ETag::isWildcard);
    }

    /// Makes something; with `*` only if there is none yet.
    ///
    /// @param mayOverwrite whether it may replace another one, if the header lets it
    /// @param creation is told whether it may; fails with `exists` if it must and may not
    /// @throws SessionException `stale` if there is one already
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
                    "the session exists, and If-None-Match: * makes new ones only",
                    HttpHeaders.IF_NONE_MATCH,
                    "*");
        }
    }
}
