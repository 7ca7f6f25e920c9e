package dev.microgpt.support;

/// What is left in memory when a test is over.
public final class Heap {

    private Heap() {}

    /// The bytes in use after a full collection.
    public static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
