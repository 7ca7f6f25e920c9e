package dev.microgpt.support;

/// Measures the heap.
public final class Heap {

    private Heap() {}

    /// Returns the bytes in use after a full garbage collection.
    public static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
