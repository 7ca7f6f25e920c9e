package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.spi.exception.TargetNotMemberException;

import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.swing.event.EventListenerList;

/// Tests which nodes see each other, and what they accept from each other.
@MostlyWaiting
final class HazelcastMembersTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void nodesFindEachOtherAndAgreeWhoIsOldest() {
        try (TestNodes nodes = TestNodes.start(3)) {
            assertThat(nodes.all()).extracting(Node::forwardPort).containsExactly(9000, 9001, 9002);
            for (int i = 0; i < 3; i++) {
                HazelcastMembers members = nodes.get(i);
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(members.nodes()).isEqualTo(nodes.all()));
                assertThat(members.hasMajority()).isTrue();
            }
        }
    }

    @Test
    void aNodeThatLeavesDisappearsAndListenersAreCalled() {
        try (TestNodes nodes = TestNodes.start(3)) {
            HazelcastMembers last = nodes.get(2);
            AtomicInteger calls = new AtomicInteger();
            last.onChange(
                    () -> {
                        throw new IllegalStateException("this listener always fails");
                    });
            last.onChange(calls::incrementAndGet);

            nodes.get(1).close();

            await().atMost(LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThat(last.nodes())
                                            .containsExactly(nodes.get(0).self(), last.self()));
            await().atMost(LIMIT).until(() -> calls.get() > 0);
            assertThat(last.hasMajority()).isTrue();
            assertThat(nodes.get(1).nodes()).isEmpty();
            assertThat(nodes.get(1).hasMajority()).isFalse();
        }
    }

    /// The oldest of the nodes that are left asks the others whether they follow it, which they do only once they miss
    /// the oldest one as well.
    @Test
    void theOldestNodeMayBeMissedByOneNodeBeforeTheOther() throws InterruptedException {
        try (TestNodes nodes = TestNodes.start(3)) {
            HazelcastMembers second = nodes.get(1);
            HazelcastMembers third = nodes.get(2);
            await().atMost(LIMIT).until(() -> second.nodes().size() == 3);
            List<Integer> seen = new CopyOnWriteArrayList<>();
            for (HazelcastMembers members : List.of(second, third)) {
                members.onChange(() -> seen.add(members.nodes().size()));
            }

            suspectOldest(second);
            Thread.sleep(300);
            nodes.kill(0);

            List<Node> left = List.of(second.self(), third.self());
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> {
                                assertThat(second.nodes()).isEqualTo(left);
                                assertThat(third.nodes()).isEqualTo(left);
                            });
            assertThat(seen).isNotEmpty().doesNotContain(1);
        }
    }

    private static void suspectOldest(HazelcastMembers members) {
        ClusterServiceImpl cluster =
                ((HazelcastInstanceProxy) members.hazelcast()).getOriginal().node.clusterService;
        cluster.suspectMember(cluster.getMember(cluster.getMasterAddress()), "a test", false);
    }

    @Test
    void withoutTheOthersANodeHasNoMajority() {
        try (TestNodes nodes = TestNodes.start(3)) {
            HazelcastMembers last = nodes.get(2);
            AtomicInteger calls = new AtomicInteger();
            last.onChange(calls::incrementAndGet);

            nodes.kill(0);
            nodes.kill(1);

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(last.nodes()).containsExactly(last.self()));
            assertThat(last.hasMajority()).isFalse();
            await().atMost(LIMIT).until(() -> calls.get() > 0);
        }
    }

    @Test
    void aNodeWithAnotherSecretIsAlone() {
        try (TestNodes nodes = new TestNodes(2)) {
            HazelcastMembers first = nodes.startOne();
            HazelcastMembers stranger =
                    nodes.startOne("another-secret-which-is-long-enough-as-well");

            assertThat(stranger.nodes()).containsExactly(stranger.self());
            assertThat(stranger.hasMajority()).isFalse();
            assertThat(first.nodes()).containsExactly(first.self());
        }
    }

    /// Both nodes have the same port, as in Kubernetes. Only the first one has an address of the host name.
    @Test
    void nodesFindEachOtherByAHostName() {
        try (TestNodes nodes = new TestNodes(2)) {
            HazelcastMembers first = nodes.startOne();
            String host = "127.0.0.2";
            try (HazelcastMembers second =
                    HazelcastMembers.start(
                            new ClusterSettings(
                                    true,
                                    host,
                                    nodes.firstPort(),
                                    0,
                                    2,
                                    List.of(),
                                    "localhost",
                                    TestNodes.SECRET,
                                    Duration.ofSeconds(5)),
                            TestNodes.node(host, 0))) {
                assertThat(second.nodes()).containsExactly(first.self(), second.self());
            }
        }
    }

    @Test
    void aNodeListensAtItsAddressOnly() throws IOException {
        try (TestNodes nodes = TestNodes.start(1);
                Socket own = new Socket();
                Socket other = new Socket()) {
            own.connect(at(TestNodes.HOST, nodes), 1000);
            assertThatThrownBy(() -> other.connect(at("127.0.0.2", nodes), 1000))
                    .isInstanceOf(ConnectException.class);
        }
    }

    private static InetSocketAddress at(String host, TestNodes nodes) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), nodes.firstPort());
    }

    @Test
    void aPortInUseIsReported() {
        try (TestNodes nodes = TestNodes.start(1)) {
            ClusterSettings same = nodes.settings(nodes.firstPort(), TestNodes.SECRET);

            assertThatThrownBy(
                            () -> HazelcastMembers.start(same, TestNodes.node(TestNodes.HOST, 0)))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining(nodes.firstMember());
        }
    }

    @Test
    void anUnknownAddressIsReported() {
        ClusterSettings settings =
                new ClusterSettings(
                        true,
                        "no such host",
                        0,
                        0,
                        1,
                        List.of(),
                        null,
                        TestNodes.SECRET,
                        Duration.ofSeconds(5));

        assertThatThrownBy(() -> HazelcastMembers.start(settings, TestNodes.node("", 0)))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("microgpt.cluster.address")
                .hasMessageContaining("no such host");
    }

    /// Hazelcast writes such objects with Java serialization.
    @Test
    void onlyExceptionsAreReadWithJavaSerialization() {
        try (TestNodes nodes = TestNodes.start(1)) {
            IMap<String, Object> map = nodes.get(0).hazelcast().getMap("objects");
            Exception exception = new TargetNotMemberException("a member that has left");
            exception.addSuppressed(new HazelcastException(new IllegalStateException()));
            map.put("exception", exception);
            map.put("foreign", new EventListenerList());
            map.put("nested", new ArrayList<>(List.of(new EventListenerList())));

            assertThat(map.get("exception")).isInstanceOf(TargetNotMemberException.class);
            for (String key : List.of("foreign", "nested")) {
                assertThatThrownBy(() -> map.get(key))
                        .as(key)
                        .isInstanceOf(HazelcastSerializationException.class)
                        .rootCause()
                        .isInstanceOf(SecurityException.class)
                        .hasMessageContaining("EventListenerList");
            }
        }
    }

    @Test
    void noThreadIsLeftAfterAClose() {
        HazelcastMembers members;
        try (TestNodes nodes = TestNodes.start(1)) {
            members = nodes.get(0);
            assertThat(threads(members)).isNotEmpty();
        }

        await().atMost(LIMIT).untilAsserted(() -> assertThat(threads(members)).isEmpty());
    }

    /// Each name contains the id of the node, including that of the thread for listeners.
    private static Stream<String> threads(HazelcastMembers members) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(members.self().id().toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true",
        "10.1.2.3, true",
        "172.16.0.1, true",
        "172.32.0.1, false",
        "192.168.1.1, true",
        "169.254.1.1, true",
        "8.8.8.8, false",
        "::1, true",
        "fd00::1, true",
        "fe80::1, true",
        "2001:db8::1, false"
    })
    void privateAddresses(String address, boolean isPrivate) {
        assertThat(HazelcastMembers.isPrivate(InetAddress.ofLiteral(address))).isEqualTo(isPrivate);
    }
}
