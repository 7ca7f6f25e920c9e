package dev.microgpt.web;

import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;

/// Configures the servlet container and the arguments of controllers.
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallContextResolver());
    }

    @Override
    public void configureMessageConverters(HttpMessageConverters.ServerBuilder converters) {
        converters.addCustomConverter(new CsvConverter());
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new StrictQuery()).addPathPatterns("/api/**");
    }

    /// Takes the place of Spring Boot's.
    @Bean(DispatcherServletAutoConfiguration.DEFAULT_DISPATCHER_SERVLET_BEAN_NAME)
    DispatcherServlet dispatcherServlet() {
        DispatcherServlet servlet = new TraceDispatcherServlet();
        servlet.setDispatchOptionsRequest(true);
        return servlet;
    }

    /// Leaves TRACE to [TraceDispatcherServlet].
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> trace() {
        return factory ->
                factory.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemReportValve(JsonMapper json) {
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
