package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// [ErrorResponses] of calls without a body that look into a model, now or as of a step.
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
public @interface QueryErrorResponses {}
