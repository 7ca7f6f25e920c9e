package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The errors that a call may answer besides those of all calls like it, for its documentation.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface ErrorResponses {

    public ErrorCode[] value();
}
