package dev.microgpt.cluster;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The settings of a cluster.
///
/// @param enabled whether this process is a node of a cluster
/// @param address the private address at which this node listens to the others, and which they use
/// @param memberPort the port on which the nodes find out about each other (Hazelcast)
/// @param forwardPort the port on which nodes forward calls to each other
/// @param size the number of nodes that the cluster is meant to have; a node that sees fewer than the majority of
///     them claims no sessions
/// @param members the addresses of nodes, `host` or `host:port`; one that runs is enough
/// @param dns a host name that resolves to the addresses of all nodes; instead of `members`
/// @param secret what nodes prove to each other that they belong to the cluster with; at least 32 characters
/// @param ownerTimeout how long a call waits while its session has no owner, or its owner cannot be reached
@ConfigurationProperties("microgpt.cluster")
public record ClusterSettings(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("5701") int memberPort,
        @DefaultValue("8081") int forwardPort,
        @DefaultValue("3") int size,
        @DefaultValue List<String> members,
        @Nullable String dns,
        @Nullable String secret,
        @DefaultValue("5s") Duration ownerTimeout) {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_SIZE = 100;
    private static final Pattern SECRET = Pattern.compile("[!-~]{32,}");
    private static final Duration MAX_OWNER_TIMEOUT = Duration.ofMinutes(1);

    /// `host`, `host:port` or, with an IPv6 address, `[host]:port`.
    private static final Pattern MEMBER =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    public ClusterSettings {
        members = List.copyOf(members);
        requireBetween("member-port", memberPort, 0, MAX_PORT);
        requireBetween("forward-port", forwardPort, 0, MAX_PORT);
        requireBetween("size", size, 1, MAX_SIZE);
        if (ownerTimeout.toMillis() < 1 || ownerTimeout.compareTo(MAX_OWNER_TIMEOUT) > 0) {
            throw invalid("owner-timeout must be between 1ms and 1m, but is " + ownerTimeout);
        }
        for (String member : members) {
            requireMember(member, memberPort);
        }
        if (enabled) {
            requireOwnAddress(address);
            requireDiscovery(size, members, dns);
            if (dns != null && memberPort == 0) {
                throw invalid("member-port must be between 1 and 65535 with dns, but is 0");
            }
            requireSecret(secret);
        }
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw invalid(
                    "%s must be between %d and %d, but is %d".formatted(name, min, max, value));
        }
    }

    private static void requireMember(String member, int memberPort) {
        Matcher matcher = MEMBER.matcher(member);
        if (!matcher.matches()) {
            throw invalid(
                    "members must be addresses such as host or host:port, but one is '%s'"
                            .formatted(member));
        }
        int port = matcher.group(2) == null ? memberPort : Integer.parseInt(matcher.group(2));
        if (port < 1 || port > MAX_PORT) {
            throw invalid(
                    "members must have ports between 1 and %d, but one is '%s'"
                            .formatted(MAX_PORT, member));
        }
    }

    private static void requireOwnAddress(String address) {
        if (address.isBlank() || address.equals("0.0.0.0") || address.equals("::")) {
            throw invalid(
                    "address must be one address of this machine, which the other nodes can reach, but is"
                            + " '"
                            + address
                            + "'");
        }
    }

    private static void requireDiscovery(int size, List<String> members, @Nullable String dns) {
        if (!members.isEmpty() && dns != null) {
            throw invalid(
                    "members and dns exclude each other, but are %s and '%s'"
                            .formatted(members, dns));
        }
        if (size > 1 && members.isEmpty() && (dns == null || dns.isBlank())) {
            throw invalid(
                    "members or dns must say where the other nodes are if size is above 1, but is "
                            + size);
        }
    }

    /// The message does not contain the secret.
    private static void requireSecret(@Nullable String secret) {
        if (secret == null || !SECRET.matcher(secret).matches()) {
            throw invalid(
                    "secret must have at least 32 characters, printable ASCII without spaces, but has %d"
                            .formatted(secret == null ? 0 : secret.length()));
        }
    }

    private static IllegalArgumentException invalid(String message) {
        return new IllegalArgumentException("microgpt.cluster." + message);
    }

    /// Returns the number of nodes that are a majority of the cluster.
    int majority() {
        return size / 2 + 1;
    }

    /// Returns the members, each with its port.
    List<String> membersWithPorts() {
        return members.stream()
                .map(MEMBER::matcher)
                .filter(Matcher::matches)
                .map(m -> m.group(2) == null ? m.group() + ':' + memberPort : m.group())
                .toList();
    }

    /// Does not contain the secret.
    @Override
    public String toString() {
        return "ClusterSettings[address=%s, memberPort=%d, forwardPort=%d, size=%d, members=%s, dns=%s]"
                .formatted(address, memberPort, forwardPort, size, members, dns);
    }
}
