package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The [ErrorResponses] of GET calls that read a model, either as it is now or as of a step.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ErrorResponses({
    ErrorCode.INVALID_NAME,
    ErrorCode.WRONG_TYPE,
    ErrorCode.OUT_OF_RANGE,
    ErrorCode.NOT_FOUND,
    ErrorCode.NOT_LOADED,
    ErrorCode.BUSY,
    ErrorCode.WRONG_STATE
})
@interface QueryErrorResponses {}
