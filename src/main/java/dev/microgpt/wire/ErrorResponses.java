package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Documents the errors that a call may return in addition to those common to all calls of its kind.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface ErrorResponses {

    public ErrorCode[] value();
}
