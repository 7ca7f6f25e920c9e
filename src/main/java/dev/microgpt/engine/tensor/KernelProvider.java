package dev.microgpt.engine.tensor;

import com.sun.management.HotSpotDiagnosticMXBean;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;

/// Chooses the kernels once per JVM: SIMD if the Vector API is available, the machine's vectors have a
/// supported size and it has fused multiply-add; else the portable kernels.
public final class KernelProvider {

    private static final String MODULE = "jdk.incubator.vector";

    private static final Choice CHOICE = choose();

    private record Choice(Kernels kernels, String description) {}

    private KernelProvider() {}

    static Kernels kernels() {
        return CHOICE.kernels;
    }

    /// Describes in one line which kernels are used, and for the portable kernels why.
    public static String description() {
        return CHOICE.description;
    }

    private static Choice choose() {
        if (!hasVectorApi()) {
            Logger log = System.getLogger(KernelProvider.class.getName());
            log.log(
                    Level.WARNING,
                    "Training without SIMD is several times slower: start java with --add-modules"
                            + " {0}",
                    MODULE);
            return portable("java was started without --add-modules " + MODULE);
        }
        if (!SimdKernels.areSupported()) {
            return portable(
                    "this machine's vectors have "
                            + SimdKernels.vectorBits()
                            + " bits, but the SIMD kernels need 128, 256 or 512");
        }
        if (!hasFusedMultiplyAdd()) {
            // The JVM would compute each one exactly and in software, dozens of times slower.
            return portable("this machine has no fused multiply-add, which the SIMD kernels need");
        }
        Kernels simd = new SimdKernels();
        return new Choice(simd, simd.name());
    }

    /// Returns whether the JVM has loaded the module, at its start or later.
    private static boolean hasVectorApi() {
        try {
            Class.forName(MODULE + ".Vector", false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /// Returns whether the JVM compiles fused multiply-add to instructions; true if it does not tell.
    private static boolean hasFusedMultiplyAdd() {
        HotSpotDiagnosticMXBean jvm =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return jvm == null || Boolean.parseBoolean(jvm.getVMOption("UseFMA").getValue());
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static Choice portable(String reason) {
        Kernels portable = new PortableKernels();
        return new Choice(portable, portable.name() + ": " + reason);
    }
}
