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

/// Configures which forwarded headers are trusted. With `server.forward-headers-strategy`, either `native` or
/// `framework`, these are all such headers of the proxies that `server.tomcat.remoteip.internal-proxies`
/// lists; otherwise none.
///
/// Each of Spring Boot's own strategies does half of that: `native` supports neither `Forwarded` nor a path
/// prefix, and `framework` trusts every client.
@Configuration(proxyBeanMethods = false)
class ProxyConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> trustedProxies(
            TomcatServerProperties tomcat) {
        TrustedProxies proxies = TrustedProxies.parse(tomcat.getRemoteip().getInternalProxies());
        return factory -> factory.addEngineValves(new TrustedProxyValve(proxies));
    }

    /// Registers the filter before everything that reads the scheme, host or path of a request. A bean of this
    /// type replaces Spring Boot's.
    @Bean
    FilterRegistrationBean<ForwardedHeaderFilter> forwardedHeaders(
            ServerProperties server,
            Environment environment,
            AllowedHosts hosts,
            ProblemWriter problems) {
        boolean isEnabled = isEnabled(server.getForwardHeadersStrategy(), environment);
        FilterRegistrationBean<ForwardedHeaderFilter> registration =
                new FilterRegistrationBean<>(
                        new TrustedForwardedHeaderFilter(isEnabled, hosts, problems));
        registration.setDispatcherTypes(
                DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /// Decides as Spring Boot does: without a setting, forwarded headers are enabled on cloud platforms that
    /// put a proxy in front of each service.
    private static boolean isEnabled(
            @Nullable ForwardHeadersStrategy strategy, Environment environment) {
        if (strategy != null) {
            return strategy != ForwardHeadersStrategy.NONE;
        }
        CloudPlatform platform = CloudPlatform.getActive(environment);
        return platform != null && platform.isUsingForwardHeaders();
    }
}
