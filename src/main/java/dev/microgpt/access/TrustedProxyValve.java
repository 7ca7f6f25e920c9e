package dev.microgpt.access;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

import java.io.IOException;

/// Marks the requests that come from a trusted proxy.
///
/// A filter could not do this: it may see the client's address instead of the connection's, because Tomcat's
/// `RemoteIpValve` replaces the proxy's address by the one that the proxy forwards.
final class TrustedProxyValve extends ValveBase {

    private static final String ATTRIBUTE = TrustedProxyValve.class.getName();

    private final TrustedProxies proxies;

    TrustedProxyValve(TrustedProxies proxies) {
        super(true);
        this.proxies = proxies;
    }

    /// Returns whether a request comes from a trusted proxy.
    static boolean isTrusted(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) != null;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (proxies.test(request.getPeerAddr())) {
            request.setAttribute(ATTRIBUTE, true);
        }
        getNext().invoke(request, response);
    }
}
