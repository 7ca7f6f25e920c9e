package dev.microgpt.session.admission;

/// Why a call was refused. The names, in lower case, are part of the interface.
public enum ErrorCode {
    MALFORMED_JSON,
    UNKNOWN_FIELD,
    WRONG_TYPE,
    OUT_OF_RANGE,
    INVALID_NAME,
    INVALID_TEXT,
    UNKNOWN_CHARACTER,
    NOT_FOUND,
    EXISTS,
    NOT_LOADED,
    ALREADY_TRAINED,
    BUSY,
    WRONG_STATE,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    INVALID_CHECKPOINT,
    UNAUTHORIZED,
    FORBIDDEN_ORIGIN,
    FORBIDDEN_HOST,
    RATE_LIMITED,
    QUOTA_EXCEEDED,
    TOO_SLOW,
    NO_MEMORY,
    STALE,
    IDEMPOTENCY_CONFLICT,
    STORAGE_FULL,
    INTERNAL
}
