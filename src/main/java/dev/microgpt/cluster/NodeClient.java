package dev.microgpt.cluster;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.ContinueProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Sends requests to the private ports of other nodes, without a thread for each. Owns the threads that do it.
///
/// This is Jetty's asynchronous client without its proxy servlet: that one does not flush, so that events would
/// wait in a buffer, and it begins to read a body and to answer with the first attempt, so that there is no second.
final class NodeClient {

    private static final int THREADS = 16;
    private static final int MAX_CONNECTIONS = 1 << 16;
    private static final int MAX_HEADER_BYTES = 1 << 15;

    /// Shorter than the time for which Tomcat keeps idle connections, so that it does not close one just as it is
    /// used.
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration MAX_CONNECT_TIME = Duration.ofSeconds(2);
    private static final long STOP_MILLIS = 500;

    private final HttpClient http;
    private final String secret;

    NodeClient(ClusterSettings settings) throws Exception {
        secret = Objects.requireNonNull(settings.secret());
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("forward");
        threads.setDaemon(true);
        threads.setStopTimeout(STOP_MILLIS);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        http.setExecutor(threads);
        http.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
        http.setMaxRequestsQueuedPerDestination(MAX_CONNECTIONS);
        http.setMaxRequestHeadersSize(MAX_HEADER_BYTES);
        http.setMaxResponseHeadersSize(MAX_HEADER_BYTES);
        http.setConnectTimeout(
                Math.min(MAX_CONNECT_TIME.toMillis(), settings.ownerTimeout().toMillis()));
        http.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(null);
        http.setDefaultRequestContentType(null);
        http.start();
        http.getContentDecoderFactories().clear(); // bodies stay as they are
        http.getProtocolHandlers().clear();
        http.getProtocolHandlers().put(new ContinueProtocolHandler());
    }

    /// Returns a request to a node that repeats the method, path and headers of a client's request, but has no
    /// body.
    Request request(Node node, HttpServletRequest call) {
        String query = call.getQueryString();
        String path = RequestPath.of(call);
        return http.newRequest(node.host(), node.forwardPort())
                .method(call.getMethod())
                .path(query == null ? path : path + "?" + query)
                .idleTimeout(0, TimeUnit.MILLISECONDS) // the owner limits the time of calls
                .headers(headers -> addHeaders(headers, call));
    }

    private void addHeaders(HttpFields.Mutable headers, HttpServletRequest call) {
        Set<String> ofConnection = namesIn(Collections.list(call.getHeaders("Connection")));
        for (String name : Collections.list(call.getHeaderNames())) {
            if (ClusterHeaders.isForwarded(name)
                    && !ofConnection.contains(name.toLowerCase(Locale.ROOT))) {
                Collections.list(call.getHeaders(name)).forEach(value -> headers.add(name, value));
            }
        }
        Caller caller = Caller.of(call.getUserPrincipal());
        if (caller.isAuthenticated()) {
            headers.put(ClusterHeaders.CALLER, caller.name());
        }
        headers.put(ClusterHeaders.SECRET, secret);
        headers.put(ClusterHeaders.CLIENT_ADDRESS, call.getRemoteAddr());
        headers.put(ClusterHeaders.CLIENT_SCHEME, call.getScheme());
        headers.put(ClusterHeaders.CLIENT_PORT, String.valueOf(call.getServerPort()));
        headers.put(HttpHeader.HOST, call.getServerName() + ":" + call.getServerPort());
    }

    private static Set<String> namesIn(List<String> values) {
        Set<String> names = new HashSet<>();
        for (String value : values) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /// Runs a task later, on a thread of this client.
    void schedule(Runnable task, Duration delay) {
        http.getScheduler()
                .schedule(
                        () -> http.getExecutor().execute(task),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /// Aborts all requests, and stops the threads.
    void stop() throws Exception {
        http.stop();
    }
}
