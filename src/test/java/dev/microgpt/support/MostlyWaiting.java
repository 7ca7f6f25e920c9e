package dev.microgpt.support;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A test class that waits most of its time, for timeouts or for other processes, and so runs beside another
/// class. It has a service or processes of its own. Classes that measure the whole JVM, or read its output, are
/// `@Isolated` from it.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Execution(ExecutionMode.CONCURRENT)
public @interface MostlyWaiting {}
