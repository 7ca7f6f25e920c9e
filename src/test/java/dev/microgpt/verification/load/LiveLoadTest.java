package dev.microgpt.verification.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import java.util.Set;
import java.util.stream.Collectors;

/// Runs a small load test and checks its correctness. The program itself judges the speed.
@Tag("slow")
@Isolated
final class LiveLoadTest {

    @Test
    void aSmallLoadLosesNothingAndStopsTheService() throws Exception {
        LoadPlan plan =
                LoadPlan.of(
                        "sessions=16",
                        "fast=4",
                        "slow=1",
                        "silent=1",
                        "crowd=20",
                        "crowdSilent=2",
                        "calls=5",
                        "warmUp=1",
                        "pairs=2",
                        "off=1",
                        "on=2",
                        "settle=1",
                        "heap=256");

        Set<Long> childrenBefore = children();
        Measurements results = LiveLoad.run(plan);

        assertThat(results.faults()).isEmpty();
        assertThat(results.losses()).isPositive();
        assertThat(results.leftBehind()).isZero();
        assertThat(results.failedCalls()).isZero();
        assertThat(results.errors()).isZero();
        assertThat(results.watched())
                .hasSize(2)
                .allSatisfy(
                        phase -> {
                            assertThat(phase.frames()).isPositive();
                            assertThat(phase.callMillis()).hasSize(10);
                            assertThat(phase.steps()).hasSize(16).doesNotContain(0);
                        });
        assertThat(results.heaps()).hasSize(3);
        assertThat(new Report(results).isCorrect()).isTrue();
        assertThat(childrenBefore).containsAll(children());
    }

    /// Returns the child processes of this JVM. Other tests may have started some, such as a browser.
    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    @Test
    void missingDuplicateAndUnorderedLossesAreDetected() {
        String[] losses = {"3.5", "3.25", "3.0"};

        assertThat(ledgerOf(frame(1, 2, "3.5,3.25"), frame(3, 3, "3.0")).check(losses)).isNull();
        assertThat(ledgerOf(frame(1, 3, "3.5,3.0,3.25")).check(losses)).contains("values");
        assertThat(ledgerOf(frame(1, 3, "3.5,3.25")).check(losses)).contains("2 losses");
        assertThat(ledgerOf(frame(1, 1, "3.5"), frame(3, 3, "3.0")).check(losses))
                .contains("after step 1");
        assertThat(ledgerOf(frame(1, 2, "3.5,3.25"), frame(2, 3, "3.25,3.0")).check(losses))
                .contains("after step 2");
        assertThat(ledgerOf().check(losses)).contains("nothing");
    }

    private static LossLedger ledgerOf(String... frames) {
        LossLedger ledger = new LossLedger();
        ledger.record("{\"type\":\"subscribed\",\"session\":\"load-000\",\"step\":0}");
        for (String frame : frames) {
            ledger.record(frame);
        }
        return ledger;
    }

    private static String frame(int from, int to, String losses) {
        return "{\"type\":\"frame\",\"session\":\"load-000\",\"fromStep\":%d,\"toStep\":%d,\"losses\":[%s],"
                .formatted(from, to, losses);
    }

    @Test
    void unknownArgumentsAreRejected() {
        assertThatThrownBy(() -> LoadPlan.of("sesions=4")).hasMessageContaining("sesions=4");
    }
}
