package dev.microgpt.server;

import dev.microgpt.wire.ProblemWriter;

import org.apache.catalina.core.StandardContext;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Sets up Tomcat.
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    private static final String STUCK_REQUEST_MILLIS = "1000";
    private static final long STUCK_SERVLET_MILLIS = 500;

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowSenders(
            SlowClientSettings settings,
            ProblemWriter problems,
            @Value("${server.tomcat.threads.max}") int threads) {
        return factory -> {
            factory.setProtocol(MinimumRateProtocol.class.getName());
            factory.addConnectorCustomizers(
                    connector -> {
                        if (connector.getProtocolHandler()
                                instanceof MinimumRateProtocol protocol) {
                            protocol.limit(settings);
                        }
                    });
            factory.addEngineValves(
                    new ConcurrencyLimitValve(threads, problems),
                    new UnreadBodyValve(settings.pause()),
                    new AbortValve());
        };
    }

    /// At shutdown Tomcat waits twice more for requests that do not end, after the server has waited for
    /// them: together 7 seconds, unless told otherwise, which are then missing for the store.
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> stuckRequests() {
        return factory -> {
            factory.addConnectorCustomizers(
                    connector ->
                            connector.setProperty(
                                    "executorTerminationTimeoutMillis", STUCK_REQUEST_MILLIS));
            factory.addContextCustomizers(
                    context -> {
                        if (context instanceof StandardContext standard) {
                            standard.setUnloadDelay(STUCK_SERVLET_MILLIS);
                        }
                    });
        };
    }
}
