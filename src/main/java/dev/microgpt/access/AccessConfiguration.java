package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.authentication.ott.InMemoryOneTimeTokenService;
import org.springframework.security.authentication.ott.OneTimeTokenAuthenticationProvider;
import org.springframework.security.authentication.ott.OneTimeTokenService;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.DelegatingAuthenticationConverter;
import org.springframework.security.web.authentication.www.BasicAuthenticationConverter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

import java.net.InetAddress;
import java.util.List;

/// The way in: host, origin and key of each request are looked at before anything else of it.
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {

    /// What shows nothing of anybody: the files of the pages, which ask for the key themselves, and
    /// whether the service is well.
    private static final String[] PUBLIC = {
        "/",
        "/s/*",
        "/s/*/lab",
        "/s/*/tour",
        "/compare",
        "/js/**",
        "/css/**",
        "/img/**",
        "/_static/**",
        "/favicon.ico",
        "/actuator/health/**"
    };

    /// Pages that a browser shows, and that have no field for a key: it asks for one itself.
    private static final List<String> SHOWN_BY_BROWSERS =
            List.of("/swagger-ui", "/v3/api-docs", "/actuator");

    private static final String POLICY_HEADER = "Content-Security-Policy";
    private static final String POLICY = "default-src 'none'; frame-ancestors 'none'";
    private static final String SWAGGER_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                    + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    @Bean
    AccessPolicy door(
            AccessSettings settings,
            ServerProperties server,
            @Value("${management.server.port:#{null}}") @Nullable Integer managementPort,
            @Value("${management.server.address:#{null}}") @Nullable InetAddress management) {
        boolean hasOwnPort = managementPort != null && !managementPort.equals(server.getPort());
        return AccessPolicy.of(
                settings,
                System.out,
                server.getAddress(),
                hasOwnPort ? management : server.getAddress());
    }

    @Bean
    AllowedHosts hosts(AccessSettings settings) {
        return new AllowedHosts(settings.allowedHosts());
    }

    @Bean
    OneTimeTokenService tickets() {
        return new InMemoryOneTimeTokenService();
    }

    @Bean
    AuthenticationManager authenticationManager(AccessPolicy door, OneTimeTokenService tickets) {
        InMemoryUserDetailsManager owners =
                new InMemoryUserDetailsManager(
                        door.hashes().entrySet().stream()
                                .map(key -> owner(key.getKey(), key.getValue()))
                                .toList());
        DaoAuthenticationProvider keys = new DaoAuthenticationProvider(owners);
        keys.setPasswordEncoder(ApiKeys.encoder());
        return new ProviderManager(keys, new OneTimeTokenAuthenticationProvider(tickets, owners));
    }

    private static UserDetails owner(String name, String hash) {
        return User.withUsername(name).password(hash).authorities(List.of()).build();
    }

    @Bean
    SecurityFilterChain wayIn(
            HttpSecurity http,
            AccessPolicy door,
            AuthenticationManager authentication,
            AccessSettings settings,
            ProblemWriter problems) {
        AuthenticationEntryPoint refusal = new ApiKeyEntryPoint(problems);
        http.csrf(AbstractHttpConfigurer::disable) // no cookies; and see OriginFilter
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(e -> e.authenticationEntryPoint(refusal))
                .cors(cors -> cors.configurationSource(origins(settings)))
                .headers(
                        headers ->
                                headers.addHeaderWriter(AccessConfiguration::writePolicy)
                                        .referrerPolicy(p -> p.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterAfter(new OriginFilter(settings, problems), CorsFilter.class);
        if (!door.isOpen()) {
            http.addFilterBefore(
                            recognition(authentication, refusal),
                            AnonymousAuthenticationFilter.class)
                    .authorizeHttpRequests(
                            requests ->
                                    requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                                            .permitAll()
                                            .requestMatchers(HttpMethod.GET, PUBLIC)
                                            .permitAll()
                                            .anyRequest()
                                            .authenticated());
        }
        return http.build();
    }

    private static AuthenticationFilter recognition(
            AuthenticationManager authentication, AuthenticationEntryPoint refusal) {
        AuthenticationConverter basic = new BasicAuthenticationConverter();
        AuthenticationConverter inBrowsers =
                request -> isShownByBrowsers(request) ? basic.convert(request) : null;
        AuthenticationFilter filter =
                new AuthenticationFilter(
                        authentication,
                        new DelegatingAuthenticationConverter(
                                new ApiKeyConverter(), new TicketConverter(), inBrowsers));
        filter.setSuccessHandler((_, _, _) -> {}); // the request goes on
        filter.setFailureHandler(new AuthenticationEntryPointFailureHandler(refusal));
        return filter;
    }

    /// What a browser may load for an answer; the pages say it themselves.
    private static void writePolicy(HttpServletRequest request, HttpServletResponse response) {
        if (!response.containsHeader(POLICY_HEADER)) {
            boolean isSwagger = RequestPath.of(request).startsWith("/swagger-ui");
            response.setHeader(POLICY_HEADER, isSwagger ? SWAGGER_POLICY : POLICY);
        }
    }

    static boolean isShownByBrowsers(HttpServletRequest request) {
        return SHOWN_BY_BROWSERS.stream().anyMatch(RequestPath.of(request)::startsWith);
    }

    /// Lets pages of the configured origins read replies, too.
    private static CorsConfigurationSource origins(AccessSettings settings) {
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        if (!settings.allowedOrigins().isEmpty()) {
            CorsConfiguration api = new CorsConfiguration();
            api.setAllowedOrigins(List.copyOf(settings.allowedOrigins()));
            api.addAllowedMethod(CorsConfiguration.ALL);
            api.addAllowedHeader(CorsConfiguration.ALL);
            api.setExposedHeaders(
                    List.of(
                            HttpHeaders.LOCATION,
                            HttpHeaders.ETAG,
                            HttpHeaders.RETRY_AFTER,
                            "RateLimit",
                            "RateLimit-Policy",
                            "Microgpt-Step"));
            source.registerCorsConfiguration("/api/**", api);
        }
        return source;
    }

    /// Whose name is wrong is told so by a controller, and whose method by the dispatcher: they know what
    /// would be right.
    @Bean
    HttpFirewall firewall(AllowedHosts hosts) {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHostnames(hosts);
        firewall.setUnsafeAllowAnyHttpMethod(true);
        firewall.setAllowUrlEncodedCarriageReturn(true);
        firewall.setAllowUrlEncodedLineFeed(true);
        firewall.setAllowUrlEncodedLineSeparator(true);
        firewall.setAllowUrlEncodedParagraphSeparator(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler rejection(AllowedHosts hosts, ProblemWriter problems) {
        return (request, response, _) -> {
            String host = request.getServerName();
            problems.write(
                    response,
                    hosts.test(host)
                            ? Problem.of(
                                    ErrorCode.INVALID_NAME,
                                    "the path or a header has characters that are not allowed there")
                            : AllowedHosts.refusal(host));
        };
    }
}
