package dev.microgpt.cluster;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ForwardedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.ServletException;

import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;

/// Guards the private port: only nodes that know the secret may call it, and only the API. What they tell about the
/// client is trusted. On the public port, nobody reads their headers.
final class ForwardValve extends ValveBase {

    private static final String API = "/api/";

    /// In place of the address of a node, which need not be a host that clients may use.
    private static final String ALLOWED_HOST = "localhost";

    private final Connector connector;
    private final byte[] secret;
    private final ProblemWriter problems;

    /// @param connector of the private port
    ForwardValve(Connector connector, ClusterSettings settings, ProblemWriter problems) {
        super(true);
        this.connector = connector;
        this.problems = problems;
        secret = bytes(Objects.requireNonNull(settings.secret()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (!connector.equals(request.getConnector())) {
            getNext().invoke(request, response);
        } else if (!isFromNode(request)) {
            reject(
                    request,
                    response,
                    Problem.of(
                            ErrorCode.UNAUTHORIZED,
                            HttpStatus.FORBIDDEN,
                            "this port is for the nodes of the cluster"));
        } else if (!isApi(request) && !isLink(request)) {
            reject(
                    request,
                    response,
                    Problem.of(ErrorCode.NOT_FOUND, "this port serves the API only"));
        } else {
            if (isLink(request)) {
                request.getCoyoteRequest().serverName().setString(ALLOWED_HOST);
            } else {
                restoreClient(request);
            }
            new ForwardedCall(request.getHeader(ClusterHeaders.CALLER)).addTo(request);
            getNext().invoke(request, response);
        }
    }

    private boolean isFromNode(Request request) {
        String sent = request.getHeader(ClusterHeaders.SECRET);
        return sent != null && MessageDigest.isEqual(secret, bytes(sent));
    }

    private static boolean isApi(Request request) {
        String path = request.getDecodedRequestURI();
        return path != null && path.startsWith(API);
    }

    private static boolean isLink(Request request) {
        return ForwardedCall.LINK_PATH.equals(request.getDecodedRequestURI());
    }

    /// Lets the request look as if the client had sent it to this node.
    private static void restoreClient(Request request) {
        String address = request.getHeader(ClusterHeaders.CLIENT_ADDRESS);
        String scheme = request.getHeader(ClusterHeaders.CLIENT_SCHEME);
        Integer port = port(request.getHeader(ClusterHeaders.CLIENT_PORT));
        if (address != null) {
            request.setRemoteAddr(address);
            request.setRemoteHost(address);
        }
        if (scheme != null) {
            request.getCoyoteRequest().scheme().setString(scheme);
            request.setSecure(scheme.equals("https"));
        }
        if (port != null) {
            request.setServerPort(port);
        }
    }

    private static @Nullable Integer port(@Nullable String header) {
        try {
            return header == null ? null : Integer.valueOf(header);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /// Responds and closes the connection, without reading the body.
    private void reject(Request request, Response response, Problem problem) throws IOException {
        response.setHeader(HttpHeaders.CONNECTION, "close");
        problems.write(response, problem);
        response.finishResponse();
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
    }
}
