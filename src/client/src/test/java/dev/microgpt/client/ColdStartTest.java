package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.coldstart.ColdStart;
import dev.microgpt.verification.coldstart.PackagedService;
import dev.microgpt.verification.coldstart.StormPlan;
import dev.microgpt.verification.coldstart.StormResult;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Runs a short cold-start test. The full one is a verification program.
final class ColdStartTest {

    private static final int STARTS = 3;

    @Test
    @Timeout(600)
    void aHundredFirstCallsAtOnceAllSucceed() throws Exception {
        Path jar = PackagedService.jarIn(Path.of(System.getProperty("service.target")));
        Set<Long> childrenBefore = children();

        List<StormResult> results =
                ColdStart.run(new StormPlan(jar, STARTS, 2, 120, List.of()), System.out);

        assertThat(results).hasSize(STARTS).allMatch(StormResult::isGood);
        assertThat(childrenBefore).containsAll(children());
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
