package dev.microgpt.session.admission;

/// The codes of errors. The names, in lower case, are part of the public API.
public enum ErrorCode {
    /// The body is not well-formed JSON.
    MALFORMED_JSON,
    /// The request has a field that does not exist.
    UNKNOWN_FIELD,
    /// A value has the wrong type.
    WRONG_TYPE,
    /// A value is outside its range.
    OUT_OF_RANGE,
    /// A name, path, query or header is invalid.
    INVALID_NAME,
    /// A text is not valid, for example not valid Unicode.
    INVALID_TEXT,
    /// A text has a character that is not in the vocabulary of the model.
    UNKNOWN_CHARACTER,
    /// There is nothing with this name or id.
    NOT_FOUND,
    /// There already is a session or a sweep with this name.
    EXISTS,
    /// The session has no documents yet.
    NOT_LOADED,
    /// The call would lose trained steps.
    ALREADY_TRAINED,
    /// The session or the service cannot execute the call now, or a timeout has passed.
    BUSY,
    /// The state of the session does not allow the call.
    WRONG_STATE,
    /// The request is too large.
    TOO_LARGE,
    /// The body has an unsupported media type.
    UNSUPPORTED_MEDIA_TYPE,
    /// The path does not support the HTTP method.
    METHOD_NOT_ALLOWED,
    /// The service does not implement the method, the transfer encoding or the version of HTTP.
    NOT_IMPLEMENTED,
    /// The request expects something of the service that it does not do.
    EXPECTATION_FAILED,
    /// The response is not available in an accepted media type.
    NOT_ACCEPTABLE,
    /// The body is not a valid checkpoint.
    INVALID_CHECKPOINT,
    /// The body is not a valid bundle of a session.
    INVALID_BUNDLE,
    /// The request has no valid API key.
    UNAUTHORIZED,
    /// The request comes from a page of another origin.
    FORBIDDEN_ORIGIN,
    /// The `Host` header names a host that is not allowed.
    FORBIDDEN_HOST,
    /// The share with which the call was made does not allow it.
    NOT_SHARED,
    /// The caller has sent too many requests.
    RATE_LIMITED,
    /// The call would exceed a quota.
    QUOTA_EXCEEDED,
    /// The request was sent too slowly.
    TOO_SLOW,
    /// There is not enough memory now.
    NO_MEMORY,
    /// The version of the session is not one that the call accepts.
    STALE,
    /// The idempotency key was already used for another request.
    IDEMPOTENCY_CONFLICT,
    /// The disk is full or not writable.
    STORAGE_FULL,
    /// The database cannot be reached, or another process uses it.
    STORE_UNAVAILABLE,
    /// The session is moving to another node of the cluster.
    MOVING,
    /// An internal error occurred.
    INTERNAL
}
