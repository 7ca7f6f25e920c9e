package dev.microgpt.verification.soak;

/// The state of the service at one moment, as measured from outside.
///
/// @param minute minutes since the beginning
/// @param heap bytes on the heap after a garbage collection
/// @param others bytes of the heap outside arrays of numbers
/// @param threads platform threads
/// @param handles open files and sockets
/// @param resident bytes of resident memory
/// @param stored bytes of the database
/// @param sockets WebSockets, as the service counts them
/// @param streams event streams, as the service counts them
/// @param sessions all sessions
/// @param loaded sessions in memory
/// @param rehydrations rehydrations so far
/// @param calls calls so far
/// @param failed calls so far that failed unexpectedly
record Sample(
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
        long rehydrations,
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
                            "rehydr.",
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
                        rehydrations,
                        calls,
                        failed);
    }

    static double megabytes(long bytes) {
        return (double) bytes / (1 << 20);
    }
}
