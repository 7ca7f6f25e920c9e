package dev.microgpt.web;

import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import tools.jackson.databind.json.JsonMapper;

/// Sets up the servlet container.
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

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
