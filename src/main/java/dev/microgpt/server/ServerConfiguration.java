package dev.microgpt.server;

import dev.microgpt.wire.ProblemWriter;

import org.apache.catalina.core.StandardContext;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Configures Tomcat: limits for slow clients and concurrent calls, and a short shutdown.
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    private static final String EXECUTOR_TERMINATION_MILLIS = "1000";
    private static final long SERVLET_UNLOAD_MILLIS = 500;

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> requestLimits(
            SlowClientSettings settings,
            ProblemWriter problems,
            @Value("${server.tomcat.threads.max}") int threads) {
        return factory -> {
            factory.setProtocol(MinimumRateProtocol.class.getName());
            factory.addConnectorCustomizers(
                    connector -> {
                        if (connector.getProtocolHandler()
                                instanceof MinimumRateProtocol protocol) {
                            protocol.configure(settings);
                        }
                    });
            factory.addEngineValves(
                    new ConcurrencyLimitValve(threads, problems),
                    new UnreadBodyValve(settings.pause()),
                    new AbortValve());
        };
    }

    /// Shortens the shutdown. After the graceful shutdown, Tomcat waits twice more for requests that do not
    /// end: for 7 seconds together by default, which the store would then lack.
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> shutdownTimeouts() {
        return factory -> {
            factory.addConnectorCustomizers(
                    connector ->
                            connector.setProperty(
                                    "executorTerminationTimeoutMillis",
                                    EXECUTOR_TERMINATION_MILLIS));
            factory.addContextCustomizers(
                    context -> {
                        if (context instanceof StandardContext standard) {
                            standard.setUnloadDelay(SERVLET_UNLOAD_MILLIS);
                        }
                    });
        };
    }
}
