package dev.microgpt.verification.support;

/// The heap usage of the service after a garbage collection.
///
/// @param total bytes
/// @param numbers bytes of it in arrays of `float` and `double`: models, keyframes and losses, which grow
///     with the number of steps, up to limits of their own
public record HeapUse(long total, long numbers) {

    /// The collector fills gaps in the heap with objects of this class; they are not in use.
    private static final String FILLER = "jdk.internal.vm.Filler";

    /// Parses the output of `jcmd GC.class_histogram`.
    public static HeapUse of(String histogram) {
        long total = 0;
        long numbers = 0;
        long filler = 0;
        for (String line : histogram.lines().toList()) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns[0].equals("Total")) {
                total = Long.parseLong(columns[2]);
            } else if (columns.length >= 4 && columns[3].contains(FILLER)) {
                filler += Long.parseLong(columns[2]);
            } else if (columns.length >= 4
                    && (columns[3].equals("[D") || columns[3].equals("[F"))) {
                numbers += Long.parseLong(columns[2]);
            }
        }
        if (total == 0) {
            throw new IllegalStateException("not a class histogram: " + histogram);
        }
        return new HeapUse(total - filler, numbers);
    }

    /// Returns the bytes outside arrays of numbers.
    public long others() {
        return total - numbers;
    }
}
