package dev.microgpt.engine.tensor;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Chooses the kernels once: SIMD where the JVM has the Vector API and the machine has vectors that the
/// SIMD kernels are made for, else the portable ones.
public final class KernelProvider {

    private static final String MODULE = "jdk.incubator.vector";

    private static final Choice CHOICE = choose();

    private record Choice(Kernels kernels, String description) {}

    private KernelProvider() {}

    static Kernels kernels() {
        return CHOICE.kernels;
    }

    /// Tells in one line which kernels work, and if the portable ones do, why.
    public static String description() {
        return CHOICE.description;
    }

    private static Choice choose() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            Logger log = System.getLogger(KernelProvider.class.getName());
            log.log(
                    Level.WARNING,
                    "Training runs several times slower than it could: start java with --add-modules {0}",
                    MODULE);
            return portable("java was started without --add-modules " + MODULE);
        }
        if (!SimdKernels.areSupported()) {
            return portable(
                    "vectors here have "
                            + SimdKernels.vectorBits()
                            + " bits, and SIMD takes 128, 256 or 512");
        }
        Kernels simd = new SimdKernels();
        return new Choice(simd, simd.name());
    }

    private static Choice portable(String reason) {
        Kernels portable = new PortableKernels();
        return new Choice(portable, portable.name() + ": " + reason);
    }
}
