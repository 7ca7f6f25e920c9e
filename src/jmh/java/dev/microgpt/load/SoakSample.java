package dev.microgpt.load;

/// The service, seen from the outside, at one moment.
///
/// @param minute since the beginning
/// @param heap bytes after a garbage collection
/// @param others bytes of it that are not in arrays of numbers
/// @param threads platform threads
/// @param handles open files and sockets
/// @param resident bytes of memory that the process has
/// @param stored bytes of the database
/// @param sockets WebSockets, as the service counts them
/// @param streams event streams, as the service counts them
/// @param sessions all of them
/// @param loaded sessions that are in memory
/// @param wakings how often a session has come back into memory, so far
/// @param calls so far
/// @param failed calls so far that nobody expects to fail
record SoakSample(
        double minute,
        long heap,
        long others,
        long threads,
        long handles,
        long resident,
        long stored,
        long sockets,
        long streams,
        long sessions,
        long loaded,
        long wakings,
        long calls,
        long failed) {

    private static final String HEADER =
            "%6s %8s %8s %8s %8s %8s %8s %8s %8s %8s %7s %8s %9s %7s"
                    .formatted(
                            "minute",
                            "heap MB",
                            "others",
                            "threads",
                            "handles",
                            "RSS MB",
                            "db MB",
                            "sockets",
                            "streams",
                            "sessions",
                            "loaded",
                            "wakings",
                            "calls",
                            "failed");

    static String header() {
        return HEADER;
    }

    @Override
    public String toString() {
        return "%6.1f %8.1f %8.1f %8d %8d %8.0f %8.0f %8d %8d %8d %7d %8d %9d %7d"
                .formatted(
                        minute,
                        megabytes(heap),
                        megabytes(others),
                        threads,
                        handles,
                        megabytes(resident),
                        megabytes(stored),
                        sockets,
                        streams,
                        sessions,
                        loaded,
                        wakings,
                        calls,
                        failed);
    }

    static double megabytes(long bytes) {
        return (double) bytes / (1 << 20);
    }
}
