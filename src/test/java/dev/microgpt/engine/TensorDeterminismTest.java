package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/// The same input gives the same bits, whatever code the compiler has compiled so far.
@MostlyWaiting
final class TensorDeterminismTest {

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @Test
    void processesAndCompilersGiveIdenticalBits() throws IOException {
        String output = ChildJvm.run(TrainingHash.class, VECTORS);
        assertThat(output).doesNotContain("--add-modules"); // no flag is missing
        String expected = hash(output);
        assertThat(expected).startsWith("hash ");
        for (List<String> flags :
                List.of(
                        List.of(VECTORS),
                        List.of(VECTORS, "-XX:TieredStopAtLevel=1"),
                        List.of(VECTORS, "-XX:-TieredCompilation"))) {
            String other = ChildJvm.run(TrainingHash.class, flags.toArray(String[]::new));
            assertThat(hash(other)).as("%s", flags).isEqualTo(expected);
        }
    }

    private static String hash(String output) {
        return output.lines().filter(line -> line.startsWith("hash")).findFirst().orElseThrow();
    }

    @Test
    void logsTheMissingFlagWithoutTheVectorApi() throws IOException {
        String output = ChildJvm.run(TrainingHash.class);

        assertThat(output).contains("hash ");
        assertThat(
                        output.lines()
                                .filter(
                                        line ->
                                                line.contains(
                                                        "--add-modules jdk.incubator.vector")))
                .hasSize(1);
    }
}
