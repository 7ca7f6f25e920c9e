package dev.microgpt.live;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.stereotype.Component;

import java.util.function.Supplier;

/// Publishes the number of live connections.
@Component
final class ConnectionMetrics implements MeterBinder {

    private final LiveEndpoint sockets;
    private final EventsController events;

    ConnectionMetrics(LiveEndpoint sockets, EventsController events) {
        this.sockets = sockets;
        this.events = events;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        register("websocket", sockets::numConnections, registry);
        register("events", events::numStreams, registry);
    }

    private static void register(String transport, Supplier<Number> count, MeterRegistry registry) {
        Gauge.builder("microgpt.live.connections", count)
                .description("Open live connections")
                .tag("transport", transport)
                .register(registry);
    }
}
