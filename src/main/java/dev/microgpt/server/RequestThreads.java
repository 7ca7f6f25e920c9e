package dev.microgpt.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;

import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/// Measures how many threads handle requests. Micrometer's metrics of the same names read them from MBeans, which take a tenth
/// of the time of a start.
@Component
final class RequestThreads {

    private static final String MANAGEMENT =
            "management"; // the server of a port of its own, if there is one

    private final MeterRegistry meters;

    RequestThreads(MeterRegistry meters) {
        this.meters = meters;
    }

    @EventListener
    void measure(WebServerInitializedEvent event) {
        if (WebServerApplicationContext.hasServerNamespace(
                        event.getApplicationContext(), MANAGEMENT)
                || !(event.getWebServer() instanceof TomcatWebServer server)) {
            return;
        }
        Connector connector = server.getTomcat().getConnector();
        if (connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol
                && protocol.getExecutor() instanceof ThreadPoolExecutor threads) {
            Tags tags = Tags.of("name", protocol.getName().replace("\"", ""));
            Gauge.builder("tomcat.threads.busy", threads, ThreadPoolExecutor::getActiveCount)
                    .tags(tags)
                    .baseUnit(BaseUnits.THREADS)
                    .register(meters);
            Gauge.builder(
                            "tomcat.threads.config.max",
                            threads,
                            ThreadPoolExecutor::getMaximumPoolSize)
                    .tags(tags)
                    .baseUnit(BaseUnits.THREADS)
                    .register(meters);
        }
    }
}
