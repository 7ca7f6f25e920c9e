package dev.microgpt.server;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Sets up Tomcat.
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowSenders(SenderSettings settings) {
        return factory -> {
            factory.setProtocol(PacedProtocol.class.getName());
            factory.addConnectorCustomizers(
                    connector -> {
                        if (connector.getProtocolHandler() instanceof PacedProtocol protocol) {
                            protocol.limit(settings);
                        }
                    });
            factory.addEngineValves(new UnreadBodyValve(settings.pause()));
        };
    }
}
