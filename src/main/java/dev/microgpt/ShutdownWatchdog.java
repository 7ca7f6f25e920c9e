package dev.microgpt;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Halts the process when an orderly shutdown hangs. Nothing that hangs may hold up the watchdog: it
/// takes no lock, its platform threads exist before they are needed, and a rehearsal at the start loads
/// every class that it will use, since a class loader may be what hangs.
final class ShutdownWatchdog {

    /// A container is killed 10 seconds after it was asked to stop.
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(9);

    private static final int EXIT_STATUS = 1;
    private static final long READY_SECONDS = 5;

    private final CountDownLatch armed = new CountDownLatch(1);
    private final CountDownLatch ready = new CountDownLatch(2);

    private ShutdownWatchdog() {}

    /// Watches over the shutdown of this process.
    static void start() {
        start(TIME_TO_STOP);
    }

    /// @param timeToStop from when the shutdown begins
    static void start(Duration timeToStop) {
        ShutdownWatchdog watchdog = new ShutdownWatchdog();
        byte[] line =
                ("The shutdown hangs: halted after " + timeToStop.toMillis() + " ms.\n")
                        .getBytes(StandardCharsets.UTF_8);
        // A standard error that nobody reads blocks whoever writes to it, and must not block the
        // halt.
        start("shutdown-report", new Report(watchdog, timeToStop.toMillis() - 100, line));
        start("shutdown-halt", new Halt(watchdog, timeToStop.toMillis()));
        watchdog.awaitReady();
        Runtime.getRuntime().addShutdownHook(new Thread(new Arm(watchdog), "shutdown-arm"));
    }

    private static void start(String name, Runnable task) {
        Thread.ofPlatform().name(name).daemon().start(task);
    }

    private void awaitReady() {
        try {
            var _ = ready.await(READY_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Starts the time, once the shutdown has begun.
    private record Arm(ShutdownWatchdog watchdog) implements Runnable {

        @Override
        public void run() {
            watchdog.armed.countDown();
        }
    }

    /// Does something a while after the shutdown has begun.
    private abstract static class Timed implements Runnable {

        private final ShutdownWatchdog watchdog;
        private final long millis;

        Timed(ShutdownWatchdog watchdog, long millis) {
            this.watchdog = watchdog;
            this.millis = millis;
        }

        @Override
        public final void run() {
            act(true);
            pause(0);
            watchdog.ready.countDown();
            try {
                watchdog.armed.await();
            } catch (InterruptedException _) {
                return; // nobody does that
            }
            pause(millis);
            act(false);
        }

        private static void pause(long millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException _) {
                // Nobody does that; at the worst the process is halted early.
            }
        }

        abstract void act(boolean isRehearsal);
    }

    private static final class Report extends Timed {

        // Not System.err, whose lock may be held.
        private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
        private final byte[] line;

        Report(ShutdownWatchdog watchdog, long millis, byte[] line) {
            super(watchdog, millis);
            this.line = line;
        }

        @Override
        void act(boolean isRehearsal) {
            try {
                err.write(line, 0, isRehearsal ? 0 : line.length);
            } catch (IOException _) {
                // Nobody is left to be told.
            }
        }
    }

    private static final class Halt extends Timed {

        Halt(ShutdownWatchdog watchdog, long millis) {
            super(watchdog, millis);
        }

        @Override
        void act(boolean isRehearsal) {
            Runtime runtime = Runtime.getRuntime();
            if (!isRehearsal) {
                runtime.halt(EXIT_STATUS);
            }
        }
    }
}
