package dev.microgpt.engine.tensor;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Chooses the kernels once: SIMD where the JVM has the Vector API, else the portable ones.
final class KernelProvider {

    private static final String MODULE = "jdk.incubator.vector";

    private static final Kernels KERNELS = lookUp();

    private KernelProvider() {}

    static Kernels kernels() {
        return KERNELS;
    }

    private static Kernels lookUp() {
        if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
            return new SimdKernels();
        }
        Logger log = System.getLogger(KernelProvider.class.getName());
        log.log(
                Level.WARNING,
                "Training runs several times slower than it could: start java with --add-modules {0}",
                MODULE);
        return new PortableKernels();
    }
}
