package dev.microgpt.support;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Runs a test class against the whole service on a random port. All such classes share one service,
/// so each uses session names of its own. Who needs to know all sessions runs a service of their own.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"microgpt.demo=false", ServiceTest.SHARED})
public @interface ServiceTest {

    /// Means nothing to the service; tells its context from those of other tests.
    String SHARED = "microgpt.test=shared";
}
