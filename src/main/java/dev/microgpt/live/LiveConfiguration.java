package dev.microgpt.live;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/// Maps the live WebSocket to its path.
@Configuration(proxyBeanMethods = false)
@EnableWebSocket
class LiveConfiguration implements WebSocketConfigurer {

    private static final String KEY = WebSocketHttpHeaders.SEC_WEBSOCKET_KEY;

    private final LiveEndpoint endpoint;
    private final ProblemWriter problems;

    LiveConfiguration(LiveEndpoint endpoint, ProblemWriter problems) {
        this.endpoint = endpoint;
        this.problems = problems;
    }

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        // A filter checks the origins of all calls before this.
        registry.addHandler(endpoint, "/api/v1/ws")
                .addInterceptors(new RequestCheck(), new AbortInterceptor())
                .setHandshakeHandler(new Handshake())
                .setAllowedOriginPatterns("*");
    }

    /// An interceptor that has nothing to do after a handshake.
    private interface BeforeHandshake extends HandshakeInterceptor {

        @Override
        default void afterHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                @Nullable Exception failure) {}
    }

    /// Checks what [DefaultHandshakeHandler] would reject without a problem.
    private final class RequestCheck implements BeforeHandshake {

        @Override
        public boolean beforeHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                Map<String, Object> attributes)
                throws IOException {
            HttpHeaders headers = request.getHeaders();
            if (!request.getMethod().equals(HttpMethod.GET)) {
                response.getHeaders().setAllow(Set.of(HttpMethod.GET));
                problems.write(
                        response,
                        Problem.of(
                                ErrorCode.METHOD_NOT_ALLOWED,
                                request.getMethod() + " is not allowed here; allowed: GET"));
                return false;
            }
            if (headers.getUpgrade() != null && !headers.containsHeader(KEY)) {
                problems.write(
                        response,
                        Problem.of(
                                ErrorCode.INVALID_NAME,
                                "the handshake of a WebSocket must have a " + KEY,
                                KEY,
                                null));
                return false;
            }
            return true;
        }
    }

    /// Passes the action that aborts the connection on to the WebSocket.
    private static final class AbortInterceptor implements BeforeHandshake {

        @Override
        public boolean beforeHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                Map<String, Object> attributes) {
            if (request instanceof ServletServerHttpRequest servlet) {
                attributes.put(
                        ConnectionAbort.OF_CONNECTION,
                        ConnectionAbort.of(
                                servlet.getServletRequest(), ConnectionAbort.OF_CONNECTION));
            }
            return true;
        }
    }

    /// Responds with a problem to requests that are not WebSocket handshakes.
    private final class Handshake extends DefaultHandshakeHandler {

        @Override
        protected void handleInvalidUpgradeHeader(
                ServerHttpRequest request, ServerHttpResponse response) throws IOException {
            problems.write(
                    response,
                    Problem.of(
                            ErrorCode.NOT_ACCEPTABLE,
                            "this is a WebSocket: connect with ws:// or wss://"));
        }

        @Override
        protected void handleInvalidConnectHeader(
                ServerHttpRequest request, ServerHttpResponse response) throws IOException {
            problems.write(
                    response,
                    Problem.of(
                            ErrorCode.INVALID_NAME,
                            "the handshake of a WebSocket must have Connection: Upgrade",
                            HttpHeaders.CONNECTION,
                            String.join(", ", request.getHeaders().getConnection())));
        }

        @Override
        protected void handleWebSocketVersionNotSupported(
                ServerHttpRequest request, ServerHttpResponse response) {
            super.handleWebSocketVersionNotSupported(request, response); // names the versions
            try {
                problems.write(
                        response,
                        Problem.of(
                                ErrorCode.NOT_IMPLEMENTED,
                                HttpStatus.UPGRADE_REQUIRED,
                                "the service supports version 13 of the WebSocket protocol"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
