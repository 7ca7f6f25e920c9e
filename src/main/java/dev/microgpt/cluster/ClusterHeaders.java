package dev.microgpt.cluster;

import java.util.Locale;
import java.util.Set;

/// The names of the headers that nodes send to each other, and which headers of a call are not forwarded.
public final class ClusterHeaders {

    /// Begins the names of all headers that never leave the cluster.
    private static final String PREFIX = "microgpt-cluster-";

    /// The secret of the cluster.
    public static final String SECRET = "Microgpt-Cluster-Secret";

    /// The name of the authenticated caller.
    static final String CALLER = "Microgpt-Cluster-Caller";

    /// The address, scheme and port of the call as the client has sent it; `Host` has the host.
    static final String CLIENT_ADDRESS = "Microgpt-Cluster-Client-Address";

    static final String CLIENT_SCHEME = "Microgpt-Cluster-Client-Scheme";
    static final String CLIENT_PORT = "Microgpt-Cluster-Client-Port";

    /// In a response: the call was not executed, because the node does not own the session.
    static final String NOT_OWNER = "Microgpt-Cluster-Not-Owner";

    /// In a list of sessions: the partitions whose sessions are in it, as a bit set in hexadecimal digits.
    static final String PARTITIONS = "Microgpt-Cluster-Partitions";

    /// Headers that are about one connection (RFC 9110, 7.6.1), in lower case.
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /// Headers that the sender of a forwarded request sets itself.
    private static final Set<String> OWN_REQUEST = Set.of("content-length", "expect", "host");

    /// Headers that the node has set to which the client is connected.
    private static final Set<String> OWN_RESPONSE = Set.of("date", "ratelimit", "ratelimit-policy");

    private ClusterHeaders() {}

    /// Returns whether a header of a client's request is sent on.
    static boolean isForwarded(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !isInternal(lower)
                && !OWN_REQUEST.contains(lower)
                && !lower.equals("forwarded")
                && !lower.startsWith("x-forwarded-");
    }

    /// Returns whether a header of another node's response is sent on.
    static boolean isReturned(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !isInternal(lower) && !OWN_RESPONSE.contains(lower);
    }

    private static boolean isInternal(String lower) {
        return lower.startsWith(PREFIX) || HOP_BY_HOP.contains(lower);
    }
}
