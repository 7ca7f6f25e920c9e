package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/// The same input gives the same bits, whatever code the compiler has compiled so far.
@MostlyWaiting
final class TensorDeterminismTest {

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @Test
    void processesAndCompilersGiveIdenticalBits() throws IOException {
        String expected = hash(VECTORS);
        assertThat(expected).startsWith("hash ");
        assertThat(hash(VECTORS)).isEqualTo(expected);
        assertThat(hash(VECTORS, "-XX:TieredStopAtLevel=1")).isEqualTo(expected);
        assertThat(hash(VECTORS, "-XX:-TieredCompilation")).isEqualTo(expected);
    }

    private static String hash(String... flags) throws IOException {
        return ChildJvm.run(TrainingHash.class, flags)
                .lines()
                .filter(line -> line.startsWith("hash"))
                .findFirst()
                .orElseThrow();
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
        assertThat(ChildJvm.run(TrainingHash.class, VECTORS)).doesNotContain("--add-modules");
    }
}
