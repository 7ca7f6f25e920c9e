package dev.microgpt.access;

import org.apache.catalina.util.NetMaskSet;

import java.net.UnknownHostException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The IP addresses of the proxies whose `Forwarded` and `X-Forwarded-*` headers are trusted.
///
/// Reads the same setting as Tomcat's `RemoteIpValve`, which applies it to the headers that it supports, but
/// does not offer the result to filters.
final class TrustedProxies implements Predicate<String> {

    private final Predicate<String> addresses;

    private TrustedProxies(Predicate<String> addresses) {
        this.addresses = addresses;
    }

    /// Parses the list in the syntax that Tomcat has for `server.tomcat.remoteip.internal-proxies`.
    ///
    /// @param list networks such as `10.0.0.0/8, ::1/128`, or a regular expression
    static TrustedProxies parse(String list) {
        if (list.indexOf('/') > 0) {
            NetMaskSet networks = NetMaskSet.parse(list);
            return new TrustedProxies(address -> contains(networks, address));
        }
        return new TrustedProxies(Pattern.compile(list).asMatchPredicate());
    }

    private static boolean contains(NetMaskSet networks, String address) {
        try {
            return networks.contains(address);
        } catch (UnknownHostException _) {
            return false;
        }
    }

    @Override
    public boolean test(String address) {
        return addresses.test(address);
    }
}
