package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/// The kernels compute the same on machines with narrower vectors.
final class VectorWidthsTest {

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void agreeWithThePortableKernels(int bytes) throws IOException {
        String output =
                ChildJvm.run(
                        KernelsCheck.class,
                        "--add-modules=jdk.incubator.vector",
                        "-XX:MaxVectorSize=" + bytes);

        assertThat(output).contains("simd, ");
        if (System.getProperty("os.arch").equals("amd64")) { // others may have fewer widths
            assertThat(bytes == 64 || output.contains("%d bits".formatted(8 * bytes))).isTrue();
        }
    }
}
