package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/// The kernels compute the same on machines with narrower vectors, or without vectors.
@MostlyWaiting
final class VectorWidthsTest {

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @ParameterizedTest
    @CsvSource({"16, 128-bit SIMD", "32, -bit SIMD", "64, -bit SIMD"})
    void vectorsOf128BitsAndMoreAreUsed(int bytes, String description) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, "-XX:MaxVectorSize=" + bytes))
                .contains(description);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void narrowerVectorsUseThePortableKernels(int bytes) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, "-XX:MaxVectorSize=" + bytes))
                .contains("portable: this machine's vectors have 64 bits");
    }

    /// Other architectures do not have these flags, and may have fewer widths.
    @ParameterizedTest
    @CsvSource({"-XX:UseAVX=1, 128", "-XX:UseAVX=2, 256"})
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void usesTheVectorWidthOfTheMachine(String flag, int bits) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, flag)).contains(bits + "-bit SIMD");
    }

    /// Such as processors without AVX.
    @ParameterizedTest
    @ValueSource(strings = {"-XX:-UseFMA", "-XX:UseAVX=0"})
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void machinesWithoutFusedMultiplyAddUseThePortableKernels(String flag) throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class, VECTORS, flag))
                .contains("portable: this machine has no fused multiply-add");
    }

    @Test
    void usesThePortableKernelsWithoutTheVectorApi() throws IOException {
        assertThat(ChildJvm.run(KernelsCheck.class))
                .contains("portable: java was started without --add-modules jdk.incubator.vector");
    }
}
