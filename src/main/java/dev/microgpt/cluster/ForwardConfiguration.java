package dev.microgpt.cluster;

import dev.microgpt.wire.ProblemWriter;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import tools.jackson.databind.json.JsonMapper;

/// Configures the forwarding of calls to the nodes that own their sessions.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("microgpt.cluster.enabled")
class ForwardConfiguration {

    /// After Spring Security and the rate limits, and before the filters that read the body.
    private static final int FILTER_ORDER = 2;

    @Bean(destroyMethod = "stop")
    NodeClient nodeClient(ClusterSettings settings) throws Exception {
        return new NodeClient(settings);
    }

    @Bean
    Forwards forwards(
            ClusterSettings settings,
            Locations locations,
            NodeClient nodes,
            ProblemWriter problems,
            JsonMapper json,
            MeterRegistry meters) {
        return new Forwards(settings, locations, nodes, problems, json, meters);
    }

    @Bean
    FilterRegistrationBean<ForwardFilter> forwardFilter(
            Locations locations, Forwards forwards, ProblemWriter problems) {
        FilterRegistrationBean<ForwardFilter> registration =
                new FilterRegistrationBean<>(new ForwardFilter(locations, forwards, problems));
        registration.addUrlPatterns("/api/*");
        registration.setOrder(FILTER_ORDER);
        return registration;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> forwardConnector(
            ClusterSettings settings, ProblemWriter problems) {
        return factory ->
                factory.addConnectorCustomizers(new ForwardConnector(factory, settings, problems));
    }
}
