package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// Tests a node that answers no more while its connections stay open, as if its network had been cut: it is stopped
/// with a signal, and continues later.
@MostlyWaiting
@EnabledOnOs(OS.LINUX)
final class HangingNodeTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void aHangingNodeIsRemovedAndComesBackWithTheSameId() throws Exception {
        UUID id = UUID.randomUUID();
        try (TestNodes nodes = new TestNodes(3)) {
            HazelcastMembers first = nodes.startOne();
            HazelcastMembers second = nodes.startOne();
            try (ChildJvm.Running child =
                    ChildJvm.start(
                            NodeProcess.class,
                            List.of(),
                            id.toString(),
                            Integer.toString(FreePort.find()),
                            "3",
                            nodes.firstMember())) {
                await().atMost(LIMIT).until(() -> sees(first, id) && sees(second, id));
                AtomicInteger calls = new AtomicInteger();
                first.onChange(calls::incrementAndGet);

                signal("STOP", child);
                await().atMost(LIMIT).until(() -> !sees(first, id) && !sees(second, id));
                assertThat(first.hasMajority()).isTrue();
                await().atMost(LIMIT).until(() -> calls.get() > 0);

                signal("CONT", child);
                await().atMost(LIMIT).until(() -> sees(first, id) && sees(second, id));
                await().atMost(LIMIT)
                        .untilAsserted(
                                () ->
                                        assertThat(child.printed().lines())
                                                .filteredOn(line -> line.startsWith("sees"))
                                                .endsWith("sees 3, majority true"));
            }
        }
    }

    private static boolean sees(Members members, UUID id) {
        return members.nodes().stream().anyMatch(node -> node.id().equals(id));
    }

    private static void signal(String name, ChildJvm.Running child)
            throws IOException, InterruptedException {
        int status =
                new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        assertThat(status).isZero();
    }
}
