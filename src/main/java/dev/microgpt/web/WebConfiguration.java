package dev.microgpt.web;

import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import tools.jackson.databind.json.JsonMapper;

/// Sets up the servlet container, and who may read replies.
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {

    private final OriginFilter.Origins origins;

    WebConfiguration(OriginFilter.Origins origins) {
        this.origins = origins;
    }

    /// Lets pages of the configured origins read replies, too.
    @Override
    public void addCorsMappings(CorsRegistry registry) {
        if (!origins.allowedOrigins().isEmpty()) {
            registry.addMapping("/api/**")
                    .allowedOrigins(origins.allowedOrigins().toArray(String[]::new))
                    .allowedMethods("*")
                    .exposedHeaders(HttpHeaders.LOCATION);
        }
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemReports(JsonMapper json) {
        return factory ->
                factory.addContextCustomizers(
                        context -> {
                            if (context.getParent() instanceof StandardHost host) {
                                host.setErrorReportValveClass("");
                                for (var valve : host.getPipeline().getValves()) {
                                    if (valve instanceof ErrorReportValve) {
                                        host.getPipeline().removeValve(valve);
                                    }
                                }
                                host.getPipeline().addValve(new ProblemReportValve(json));
                            }
                        });
    }
}
