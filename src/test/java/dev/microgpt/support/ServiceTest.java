package dev.microgpt.support;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Runs a test class against the whole service on a random port. All such classes share one service, so each
/// must use its own session names. A test that depends on all sessions of a service starts its own one.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"microgpt.demo=false", ServiceTest.SHARED})
public @interface ServiceTest {

    /// A setting that the service ignores. It distinguishes the shared Spring context from those of other
    /// tests.
    String SHARED = "microgpt.test=shared";
}
