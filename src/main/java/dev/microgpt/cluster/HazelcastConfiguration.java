package dev.microgpt.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.MemberAddressProviderConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.kubernetes.KubernetesProperties;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;

import dev.microgpt.quota.Buckets;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Configures Hazelcast.
///
/// Spring Boot's auto-configuration is not used: with its module on the class path, every start looks for Hazelcast's
/// classes and files, also without a cluster.
final class HazelcastConfiguration {

    /// The names of the attributes by which members know each other as nodes.
    static final String ID = "id";

    static final String HOST = "host";
    static final String FORWARD_PORT = "forward-port";

    private static final int MAX_ENTRIES = 100_000; // in the memory of each member
    private static final String ONE_THREAD = "1";

    private HazelcastConfiguration() {}

    /// @param address where the member listens
    static Config of(ClusterSettings settings, Node self, InetSocketAddress address) {
        Config config = new Config();
        config.setInstanceName("microgpt-" + self.id());
        config.setClusterName(clusterName(Objects.requireNonNull(settings.secret())));
        config.setClassLoader(HazelcastConfiguration.class.getClassLoader());
        config.getMemberAttributeConfig()
                .setAttributes(
                        Map.of(
                                ID,
                                self.id().toString(),
                                HOST,
                                self.host(),
                                FORWARD_PORT,
                                Integer.toString(self.forwardPort())));
        config.setAdvancedNetworkConfig(network(settings, address));
        config.setSerializationConfig(serialization());
        config.addMapConfig(buckets());
        config.addMapConfig(tickets());
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getIntegrityCheckerConfig().setEnabled(false);
        setProcess(config);
        setTimes(config);
        setThreads(config);
        return config;
    }

    /// Nodes with another secret have another cluster name, and members of other names do not join. The name is sent
    /// and logged in plain text, so it must not help to guess the secret or anything else that is derived from it.
    private static String clusterName(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            byte[] digest = mac.doFinal("microgpt.cluster.name".getBytes(StandardCharsets.UTF_8));
            return "microgpt-" + HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has this algorithm
        }
    }

    /// The advanced configuration has only those ports that are named. With this one for members, clients of
    /// Hazelcast and its REST interface find nothing.
    private static AdvancedNetworkConfig network(
            ClusterSettings settings, InetSocketAddress address) {
        AdvancedNetworkConfig network = new AdvancedNetworkConfig().setEnabled(true);
        ServerSocketEndpointConfig endpoint =
                new ServerSocketEndpointConfig()
                        .setPort(address.getPort())
                        .setPortAutoIncrement(false)
                        // Connections of the previous process that are not forgotten yet do not
                        // occupy the port.
                        .setReuseAddress(true);
        endpoint.setSocketConnectTimeoutSeconds(2); // otherwise as long as the system takes
        network.setMemberEndpointConfig(endpoint);
        network.setMemberAddressProviderConfig(
                new MemberAddressProviderConfig()
                        .setEnabled(true)
                        .setImplementation(new FixedAddress(address)));
        setJoin(network.getJoin(), settings);
        return network;
    }

    private static void setJoin(JoinConfig join, ClusterSettings settings) {
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        if (settings.dns() == null) {
            join.getTcpIpConfig()
                    .setEnabled(true)
                    .setConnectionTimeoutSeconds(2)
                    .setMembers(settings.membersWithPorts());
        } else {
            // Of a host name, TCP/IP takes only the first address. This asks the name server alone,
            // so it works
            // outside Kubernetes as well.
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty(KubernetesProperties.SERVICE_DNS.key(), settings.dns())
                    .setProperty(KubernetesProperties.SERVICE_DNS_TIMEOUT.key(), "2")
                    .setProperty(
                            KubernetesProperties.SERVICE_PORT.key(),
                            Integer.toString(settings.memberPort()));
        }
    }

    private static SerializationConfig serialization() {
        JavaSerializationFilterConfig filter =
                new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        // Members send each other their exceptions, some of which mean that an operation is to be
        // repeated. An
        // empty list would allow everything.
        filter.getWhitelist()
                .addPackages(
                        "com.hazelcast.core",
                        "com.hazelcast.internal.cluster.impl",
                        "com.hazelcast.internal.partition",
                        "com.hazelcast.nio.serialization",
                        "com.hazelcast.partition",
                        "com.hazelcast.spi.exception",
                        "java.lang")
                .addClasses(
                        "[Ljava.lang.StackTraceElement;",
                        "java.util.Collections$EmptyList",
                        "java.util.Collections$UnmodifiableCollection",
                        "java.util.Collections$UnmodifiableList",
                        "java.util.Collections$UnmodifiableRandomAccessList",
                        "java.util.ArrayList");
        return new SerializationConfig()
                .setJavaSerializationFilterConfig(filter)
                .addSerializerConfig(
                        new SerializerConfig()
                                .setTypeClass(BucketCall.class)
                                .setImplementation(new BucketCall.Serializer()));
    }

    /// A bucket that is lost with its member, or forgotten here, is full again.
    private static MapConfig buckets() {
        return bounded(HazelcastBuckets.MAP).setTimeToLiveSeconds((int) Buckets.WINDOW.toSeconds());
    }

    /// A ticket that is lost with its member is replaced by the page. Each has its own time to live.
    private static MapConfig tickets() {
        return bounded(HazelcastTickets.MAP);
    }

    private static MapConfig bounded(String map) {
        return new MapConfig(map)
                .setBackupCount(0)
                .setEvictionConfig(
                        new EvictionConfig()
                                .setEvictionPolicy(EvictionPolicy.LRU)
                                .setMaxSizePolicy(MaxSizePolicy.PER_NODE)
                                .setSize(MAX_ENTRIES));
    }

    private static void setProcess(Config config) {
        // Otherwise it listens on all interfaces, whatever its address.
        set(config, ClusterProperty.SOCKET_BIND_ANY, "false");
        set(config, ClusterProperty.SOCKET_SERVER_BIND_ANY, "false");
        set(config, ClusterProperty.LOGGING_TYPE, "slf4j");
        set(config, ClusterProperty.LOGGING_ENABLE_DETAILS, "false");
        set(config, ClusterProperty.PHONE_HOME_ENABLED, "false");
        set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED, "false"); // Spring closes it
        set(config, ClusterProperty.FAIL_ON_INDETERMINATE_OPERATION_STATE, "true");
    }

    /// How long joining, noticing a loss and leaving take, in seconds.
    private static void setTimes(Config config) {
        // A node that finds nobody is a cluster of its own; it merges as soon as it finds others.
        set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, "0");
        set(config, ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN, "0");
        set(config, ClusterProperty.TCP_JOIN_PORT_TRY_COUNT, "1");
        set(config, ClusterProperty.MAX_JOIN_SECONDS, "20");
        set(config, ClusterProperty.MAX_JOIN_MERGE_TARGET_SECONDS, "10");
        set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, "2");
        set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, "2");
        // A process that ends closes its connections, and is gone after a few failed attempts to
        // connect. Only one
        // that hangs, or whose host has vanished, is found by its missing heartbeats.
        set(config, ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, "1");
        set(config, ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, "4");
        // Also how often a new master asks a member to follow it, which refuses until it misses
        // the old master as well. The first times follow each other at once; 20 take 3.5 s.
        set(config, ClusterProperty.MASTERSHIP_CLAIM_TIMEOUT_SECONDS, "20");
        set(config, ClusterProperty.MEMBER_LIST_PUBLISH_INTERVAL_SECONDS, "5");
        set(config, ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS, "4000");
        set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, "2");
    }

    /// A member exchanges a few small messages per second and answers for quotas, so that one thread for each kind of
    /// work is enough.
    private static void setThreads(Config config) {
        set(config, ClusterProperty.IO_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.PARTITION_OPERATION_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.GENERIC_OPERATION_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.RESPONSE_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.EVENT_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.CLIENT_ENGINE_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT, ONE_THREAD);
        set(config, ClusterProperty.HEALTH_MONITORING_LEVEL, "OFF");
        set(config, ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED, "false");
    }

    private static void set(Config config, HazelcastProperty property, String value) {
        config.setProperty(property.getName(), value);
    }
}
