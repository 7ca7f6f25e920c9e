package dev.microgpt.access;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

import java.io.IOException;

/// Marks the requests that come from a trusted proxy. This has to be known of the connection itself, which
/// filters do not see: Tomcat's own valve for proxies puts the client's address in place of the proxy's.
final class TrustedProxyValve extends ValveBase {

    private static final String MARK = TrustedProxyValve.class.getName();

    private final TrustedProxies proxies;

    TrustedProxyValve(TrustedProxies proxies) {
        super(true);
        this.proxies = proxies;
    }

    /// Whether a request has come from a trusted proxy.
    static boolean isTrusted(ServletRequest request) {
        return request.getAttribute(MARK) != null;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (proxies.test(request.getPeerAddr())) {
            request.setAttribute(MARK, true);
        }
        getNext().invoke(request, response);
    }
}
