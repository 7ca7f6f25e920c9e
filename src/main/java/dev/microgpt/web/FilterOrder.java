package dev.microgpt.web;

/// What becomes of a request before a controller sees it, in this order. Spring Security comes first of
/// all: what follows may trust that the caller is known.
final class FilterOrder {

    /// How many calls there are.
    static final int RATE = 1;

    /// How large a body may be.
    static final int BODY = 2;

    /// That a call is made once.
    static final int IDEMPOTENCY = 3;

    private FilterOrder() {}
}
