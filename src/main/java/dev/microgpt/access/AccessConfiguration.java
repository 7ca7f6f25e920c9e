package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.share.ShareService;
import dev.microgpt.wire.ForwardedCall;
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
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsByNameServiceWrapper;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.DelegatingAuthenticationConverter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationProvider;
import org.springframework.security.web.authentication.www.BasicAuthenticationConverter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter.XFrameOptionsMode;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

import java.net.InetAddress;
import java.util.List;

/// Configures Spring Security, which checks the host, origin and key of each request before anything else.
///
/// The beans replace Spring Boot's defaults, which ask for a generated password, offer a login form, and
/// create HTTP sessions with cookies.
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {

    /// Paths that reveal nothing about any caller: the files of the pages, which ask for the key themselves,
    /// the JavaScript client, and the health of the service.
    private static final String[] PUBLIC_PATHS = {
        "/",
        "/s/*",
        "/s/*/lab",
        "/s/*/strings",
        "/s/*/tour",
        "/embed/s/*/*",
        "/compare",
        "/sweeps",
        "/sweeps/*",
        "/js/**",
        "/client/**",
        "/css/**",
        "/img/**",
        "/texts/**",
        "/_static/**",
        "/favicon.ico",
        "/actuator/health/**"
    };

    /// Prefixes of pages without a field for the key. HTTP Basic makes the browser ask for it.
    private static final List<String> BASIC_AUTHENTICATION_PATHS =
            List.of("/swagger-ui", "/v3/api-docs", "/actuator");

    private static final String POLICY_HEADER = "Content-Security-Policy";
    private static final String POLICY = "default-src 'none'; frame-ancestors 'none'";
    private static final String SWAGGER_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                    + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    @Bean
    AccessPolicy accessPolicy(
            AccessSettings settings,
            ServerProperties server,
            @Value("${management.server.port:#{null}}") @Nullable Integer managementPort,
            @Value("${management.server.address:#{null}}")
                    @Nullable InetAddress managementAddress) {
        boolean hasOwnPort = managementPort != null && !managementPort.equals(server.getPort());
        return AccessPolicy.of(
                settings,
                System.out,
                server.getAddress(),
                hasOwnPort ? managementAddress : server.getAddress());
    }

    @Bean
    AllowedHosts allowedHosts(AccessSettings settings) {
        return new AllowedHosts(settings.allowedHosts());
    }

    @Bean
    OneTimeTokenService tickets() {
        return new InMemoryOneTimeTokenService();
    }

    @Bean
    AuthenticationManager authenticationManager(
            AccessPolicy policy, OneTimeTokenService tickets, ShareService shares) {
        InMemoryUserDetailsManager owners =
                new InMemoryUserDetailsManager(
                        policy.hashes().entrySet().stream()
                                .map(key -> owner(key.getKey(), key.getValue()))
                                .toList());
        DaoAuthenticationProvider keys = new DaoAuthenticationProvider(owners);
        keys.setPasswordEncoder(ApiKeys.encoder());
        ShareAuthenticator callers = new ShareAuthenticator(shares, owners);
        PreAuthenticatedAuthenticationProvider forwarded =
                new PreAuthenticatedAuthenticationProvider();
        forwarded.setPreAuthenticatedUserDetailsService(
                new UserDetailsByNameServiceWrapper<>(callers));
        return new ProviderManager(
                keys, callers, forwarded, new OneTimeTokenAuthenticationProvider(tickets, callers));
    }

    private static UserDetails owner(String name, String hash) {
        return User.withUsername(name).password(hash).authorities(List.of()).build();
    }

    @Bean
    SecurityFilterChain accessFilterChain(
            HttpSecurity http,
            AccessPolicy policy,
            AuthenticationManager authentication,
            AccessSettings settings,
            ProblemWriter problems) {
        AuthenticationEntryPoint entryPoint = new ApiKeyEntryPoint(problems);
        http.csrf(AbstractHttpConfigurer::disable) // there are no cookies; see also OriginFilter
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(
                        e ->
                                e.authenticationEntryPoint(entryPoint)
                                        .accessDeniedHandler(new ShareRefusal(problems)))
                .cors(cors -> cors.configurationSource(corsConfiguration(settings)))
                .headers(
                        headers ->
                                headers.addHeaderWriter(AccessConfiguration::writeContentPolicy)
                                        .frameOptions(HeadersConfigurer.FrameOptionsConfig::disable)
                                        .addHeaderWriter(
                                                new DelegatingRequestMatcherHeaderWriter(
                                                        request -> !isEmbedded(request),
                                                        new XFrameOptionsHeaderWriter(
                                                                XFrameOptionsMode.DENY)))
                                        .referrerPolicy(p -> p.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterAfter(new OriginFilter(settings, problems), CorsFilter.class);
        http.addFilterBefore(
                        authenticationFilter(policy, authentication, entryPoint, problems),
                        AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(
                        requests ->
                                requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                                        .permitAll()
                                        .requestMatchers(HttpMethod.GET, PUBLIC_PATHS)
                                        .permitAll()
                                        .requestMatchers(ForwardedCall::isLink)
                                        .permitAll()
                                        .anyRequest()
                                        .access(new RequestAuthorization(policy)));
        return http.build();
    }

    private static AuthenticationFilter authenticationFilter(
            AccessPolicy policy,
            AuthenticationManager authentication,
            AuthenticationEntryPoint entryPoint,
            ProblemWriter problems) {
        AuthenticationFilter filter =
                new AuthenticationFilter(
                        authentication, new DelegatingAuthenticationConverter(converters(policy)));
        filter.setSuccessHandler((_, _, _) -> {}); // no redirect: the request continues
        filter.setFailureHandler(
                (request, response, failure) -> {
                    if (failure.getCause() instanceof SessionException e) {
                        problems.write(response, Problem.of(e));
                    } else {
                        entryPoint.commence(request, response, failure);
                    }
                });
        return filter;
    }

    /// Returns what reads the caller of a request. An open service ignores keys, but not shares, whose bearers may only
    /// read.
    private static List<AuthenticationConverter> converters(AccessPolicy policy) {
        if (policy.isOpen()) {
            return List.of(
                    new ShareConverter(), new ForwardedCallConverter(), new TicketConverter(true));
        }
        AuthenticationConverter basic = new BasicAuthenticationConverter();
        return List.of(
                new ShareConverter(),
                new ApiKeyConverter(),
                new ForwardedCallConverter(),
                new TicketConverter(false),
                request -> allowsBasicAuthentication(request) ? basic.convert(request) : null);
    }

    /// Sets the Content-Security-Policy of responses that have none; the pages set their own.
    private static void writeContentPolicy(
            HttpServletRequest request, HttpServletResponse response) {
        if (!response.containsHeader(POLICY_HEADER)) {
            boolean isSwagger = RequestPath.of(request).startsWith("/swagger-ui");
            response.setHeader(POLICY_HEADER, isSwagger ? SWAGGER_POLICY : POLICY);
        }
    }

    /// Returns whether a request is for a page that other sites may embed. Its Content-Security-Policy says which:
    /// `X-Frame-Options` cannot name several.
    private static boolean isEmbedded(HttpServletRequest request) {
        return RequestPath.of(request).startsWith("/embed/");
    }

    static boolean allowsBasicAuthentication(HttpServletRequest request) {
        return BASIC_AUTHENTICATION_PATHS.stream().anyMatch(RequestPath.of(request)::startsWith);
    }

    /// Lets pages of the allowed origins read responses.
    private static CorsConfigurationSource corsConfiguration(AccessSettings settings) {
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
            source.registerCorsConfiguration("/client/**", api); // modules, which they import
        }
        return source;
    }

    /// Spring Security measures each of its filters, which takes longer than they do; the call itself is measured
    /// anyway.
    @Bean
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    /// Rejects requests for other hosts and malformed paths. Relaxed so that session names with line breaks
    /// reach the controllers, and unknown methods the dispatcher: their errors say what is allowed.
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
    RequestRejectedHandler rejectedRequestHandler(AllowedHosts hosts, ProblemWriter problems) {
        return (request, response, _) -> {
            String host = request.getServerName();
            problems.write(
                    response,
                    hosts.test(host)
                            ? Problem.of(
                                    ErrorCode.INVALID_NAME,
                                    "the path or a header contains characters that are not allowed")
                            : AllowedHosts.forbiddenHost(host));
        };
    }
}
