package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The [ErrorResponses] of POST calls that feed text to a model.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ErrorResponses({
    ErrorCode.INVALID_TEXT,
    ErrorCode.UNKNOWN_CHARACTER,
    ErrorCode.NOT_LOADED,
    ErrorCode.BUSY,
    ErrorCode.WRONG_STATE
})
@interface TextErrorResponses {}
