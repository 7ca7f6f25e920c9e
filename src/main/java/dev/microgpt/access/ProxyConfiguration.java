package dev.microgpt.access;

import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.DispatcherType;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties.ForwardHeadersStrategy;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.web.filter.ForwardedHeaderFilter;

/// What is believed of proxies. With `server.forward-headers-strategy`, either `native` or `framework`, all
/// headers of those that `server.tomcat.remoteip.internal-proxies` lists; otherwise nothing. Spring Boot's
/// own ways are half of that each: `native` knows neither `Forwarded` nor a prefix, `framework` believes
/// anybody.
@Configuration(proxyBeanMethods = false)
class ProxyConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> trustedProxies(
            TomcatServerProperties tomcat) {
        TrustedProxies proxies = TrustedProxies.parse(tomcat.getRemoteip().getInternalProxies());
        return factory -> factory.addEngineValves(new TrustedProxyValve(proxies));
    }

    /// Before everything that asks for the scheme, host or path of a request. Of this type, it takes the
    /// place of Spring Boot's.
    @Bean
    FilterRegistrationBean<ForwardedHeaderFilter> forwardedHeaders(
            ServerProperties server,
            Environment environment,
            AllowedHosts hosts,
            ProblemWriter problems) {
        boolean isOn = isOn(server.getForwardHeadersStrategy(), environment);
        FilterRegistrationBean<ForwardedHeaderFilter> registration =
                new FilterRegistrationBean<>(new TrustedForwardedHeaders(isOn, hosts, problems));
        registration.setDispatcherTypes(
                DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /// As Spring Boot decides it: without a setting, on platforms that put a proxy before each service.
    private static boolean isOn(
            @Nullable ForwardHeadersStrategy strategy, Environment environment) {
        if (strategy != null) {
            return strategy != ForwardHeadersStrategy.NONE;
        }
        CloudPlatform platform = CloudPlatform.getActive(environment);
        return platform != null && platform.isUsingForwardHeaders();
    }
}
