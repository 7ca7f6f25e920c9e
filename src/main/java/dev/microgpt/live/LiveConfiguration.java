package dev.microgpt.live;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

import java.io.IOException;
import java.util.Map;

/// Maps the live WebSocket to its path.
@Configuration(proxyBeanMethods = false)
@EnableWebSocket
class LiveConfiguration implements WebSocketConfigurer {

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
                .addInterceptors(new AbortInterceptor())
                .setHandshakeHandler(new Handshake())
                .setAllowedOriginPatterns("*");
    }

    /// Passes the action that aborts the connection on to the WebSocket.
    private static final class AbortInterceptor implements HandshakeInterceptor {

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

        @Override
        public void afterHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                @Nullable Exception failure) {}
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
    }
}
