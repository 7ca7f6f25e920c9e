package dev.microgpt.load;

/// What is on the heap of the service after a garbage collection.
///
/// @param total bytes
/// @param numbers bytes of it that are arrays of `float` and `double`: models, their earlier states, and
///     losses, which grow with the steps up to bounds of their own
record HeapUse(long total, long numbers) {

    /// With objects of this kind the collector fills the gaps that it leaves.
    private static final String FILLER = "jdk.internal.vm.Filler";

    /// @param histogram what `jcmd GC.class_histogram` prints
    static HeapUse of(String histogram) {
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
            throw new IllegalStateException("no histogram: " + histogram);
        }
        return new HeapUse(total - filler, numbers);
    }

    long others() {
        return total - numbers;
    }
}
