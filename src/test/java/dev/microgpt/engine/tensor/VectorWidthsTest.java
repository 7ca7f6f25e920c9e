package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/// The kernels compute the same on machines with narrower vectors, or with none.
final class VectorWidthsTest {

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void vectorsOf128BitsAndMoreAreUsed(int bytes) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, "-XX:MaxVectorSize=" + bytes))
                .contains("-bit SIMD");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void narrowerVectorsAreLeftAlone(int bytes) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, "-XX:MaxVectorSize=" + bytes))
                .contains("portable: vectors here have 64 bits");
    }

    /// Other machines do not know these flags, and may have fewer widths.
    @ParameterizedTest
    @CsvSource({
        "-XX:MaxVectorSize=16, 128",
        "-XX:UseAVX=0, 128",
        "-XX:UseAVX=1, 128",
        "-XX:UseAVX=2, 256",
    })
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void theWidthIsThatOfTheMachine(String flag, int bits) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, flag)).contains(bits + "-bit SIMD");
    }

    @Test
    void withoutTheVectorApiThePortableKernelsWork() throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class))
                .contains("portable: java was started without --add-modules jdk.incubator.vector");
    }
}
