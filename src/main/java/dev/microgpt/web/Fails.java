package dev.microgpt.web;

import dev.microgpt.session.ErrorCode;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The errors that a call may answer, for its documentation.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Fails {

    ErrorCode[] value();
}
