package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.support.ChildJvm;

import org.junit.jupiter.api.Test;

import java.io.IOException;

final class VectorModuleTest {

    /// What the manifest of the jar does.
    private static final String EXPORT = "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED";

    private static final String KERNELS = "kernels: ";

    /// Prints the kernels as a service would use them.
    static final class Printed {

        public static void main(String[] args) {
            VectorModule.load();
            System.out.println(KERNELS + MicroGpt.kernels());
        }
    }

    private static String kernels(String... flags) throws IOException {
        return ChildJvm.run(Printed.class, flags)
                .lines()
                .filter(line -> line.startsWith(KERNELS))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theKernelsAreThoseOfAJvmThatWasStartedWithTheModule() throws Exception {
        assertThat(kernels(EXPORT)).isEqualTo(kernels("--add-modules=jdk.incubator.vector"));
    }

    @Test
    void withoutTheExportThePortableKernelsAreUsed() throws Exception {
        assertThat(kernels()).contains("portable", "--add-modules jdk.incubator.vector");
    }

    @Test
    void thePropertyPreventsIt() throws Exception {
        assertThat(kernels(EXPORT, "-D" + VectorModule.PROPERTY + "=false")).contains("portable");
    }
}
