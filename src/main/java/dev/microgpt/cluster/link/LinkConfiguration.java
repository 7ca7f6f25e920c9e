package dev.microgpt.cluster.link;

import dev.microgpt.cluster.ClusterSettings;
import dev.microgpt.cluster.Locations;
import dev.microgpt.live.LiveThreads;
import dev.microgpt.live.SessionHost;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.wire.ForwardedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.server.HandshakeInterceptor;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.Map;

/// Configures the links between the nodes of a cluster.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("microgpt.cluster.enabled")
class LinkConfiguration {

    @Bean
    LinkCodec linkCodec() {
        return new LinkCodec();
    }

    @Bean
    ClusterHosts sessionHosts(
            ClusterSettings settings,
            Locations locations,
            SessionHost local,
            LiveThreads threads,
            LinkCodec codec) {
        return new ClusterHosts(settings, locations, local, threads, codec);
    }

    @Bean
    LinkEndpoint linkEndpoint(
            ClusterHosts hosts,
            SessionHost local,
            LiveThreads threads,
            Memory memory,
            JsonMapper json,
            LinkCodec codec) {
        return new LinkEndpoint(
                new LinkServer.Services(hosts, local, threads, memory, json, codec));
    }

    @Bean
    WebSocketConfigurer linkSocket(LinkEndpoint endpoint, ProblemWriter problems) {
        return registry ->
                registry.addHandler(endpoint, ForwardedCall.LINK_PATH)
                        .addInterceptors(new PrivatePortOnly(problems));
    }

    @Bean
    MeterBinder linkMetrics(ClusterHosts hosts) {
        return registry ->
                Gauge.builder("microgpt.cluster.links", hosts, ClusterHosts::numLinks)
                        .description("Connections to other nodes for live streams")
                        .register(registry);
    }

    /// Hides the path from clients.
    private record PrivatePortOnly(ProblemWriter problems) implements HandshakeInterceptor {

        @Override
        public boolean beforeHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                Map<String, Object> attributes)
                throws IOException {
            if (request instanceof ServletServerHttpRequest servlet
                    && ForwardedCall.isLink(servlet.getServletRequest())) {
                return true;
            }
            problems.write(
                    response,
                    Problem.of(
                            ErrorCode.NOT_FOUND,
                            "there is no resource " + ForwardedCall.LINK_PATH));
            return false;
        }

        @Override
        public void afterHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                @Nullable Exception failure) {}
    }
}
