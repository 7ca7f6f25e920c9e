package dev.microgpt.web;

import org.springframework.core.Ordered;

/// The order of the filters that handle a request before the controllers. Spring Security runs after the
/// first of them, so the others can rely on an authenticated caller.
final class FilterOrder {

    /// [TrailingSlashFilter], before Spring Security, whose rules match paths.
    static final int TRAILING_SLASH = Ordered.HIGHEST_PRECEDENCE + 1;

    /// [RateFilter].
    static final int RATE = 0;

    /// [ShareConcurrencyFilter].
    static final int SHARE_CONCURRENCY = 1;

    /// [BodyLimitFilter]. The filter that forwards calls to other nodes of a cluster comes before it, with 2: it
    /// does not read the body of a call that it forwards.
    static final int BODY = 3;

    /// [IdempotencyFilter].
    static final int IDEMPOTENCY = 4;

    private FilterOrder() {}
}
