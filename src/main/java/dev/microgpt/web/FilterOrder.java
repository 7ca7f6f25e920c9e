package dev.microgpt.web;

import org.springframework.core.Ordered;

/// What becomes of a request before a controller sees it, in this order. Spring Security comes
/// before all but the first: what follows may trust that the caller is known.
final class FilterOrder {

    /// That a path may end with a slash; before Spring Security, which goes by paths.
    static final int TRAILING_SLASH = Ordered.HIGHEST_PRECEDENCE + 1;

    /// How many calls there are.
    static final int RATE = 1;

    /// How large a body may be.
    static final int BODY = 2;

    /// That a call is made once.
    static final int IDEMPOTENCY = 3;

    private FilterOrder() {}
}
