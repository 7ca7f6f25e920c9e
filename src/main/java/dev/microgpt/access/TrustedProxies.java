package dev.microgpt.access;

import org.apache.catalina.util.NetMaskSet;

import java.net.UnknownHostException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The addresses whose `Forwarded` and `X-Forwarded-*` headers are believed.
final class TrustedProxies implements Predicate<String> {

    private final Predicate<String> addresses;

    private TrustedProxies(Predicate<String> addresses) {
        this.addresses = addresses;
    }

    /// @param list networks such as `10.0.0.0/8, ::1/128`, or a regular expression, as Tomcat reads
    ///     `server.tomcat.remoteip.internal-proxies`
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
