package dev.microgpt.support;

import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.boot.context.event.SpringApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

import java.util.concurrent.locks.ReentrantLock;

/// Lets one service of this JVM start at a time, because Spring Boot sets up the JVM's logging meanwhile. Spring
/// finds it in `META-INF/spring.factories`.
public final class OneStartAtATime implements ApplicationListener<SpringApplicationEvent>, Ordered {

    private static final ReentrantLock starting = new ReentrantLock();

    /// Runs a task while no service starts.
    static void whileNoneStarts(Runnable task) {
        starting.lock();
        try {
            task.run();
        } finally {
            starting.unlock();
        }
    }

    @Override
    public void onApplicationEvent(SpringApplicationEvent event) {
        if (event instanceof ApplicationStartingEvent) {
            starting.lock();
        } else if ((event instanceof ApplicationReadyEvent
                        || event instanceof ApplicationFailedEvent)
                && starting.isHeldByCurrentThread()) {
            starting.unlock();
        }
    }

    /// Before Boot's own listeners, which set up the logging.
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
