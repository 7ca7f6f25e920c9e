package dev.microgpt;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Halts the process if an orderly shutdown hangs. Spring's timeout bounds only its lifecycle phases; nothing
/// else that blocks a shutdown, such as a write to the console, has a limit.
///
/// The watchdog must not be affected by whatever hangs. It takes no lock, its platform threads are started in
/// advance, and a rehearsal at startup loads every class that it will use, since the class loader itself may
/// be what hangs.
final class ShutdownWatchdog {

    /// The system property with the seconds that a shutdown may take. A JVM that writes an AOT cache does so after
    /// everything else has ended, and needs more than the default.
    static final String PROPERTY = "microgpt.seconds-to-stop";

    /// Docker kills a container 10 seconds after it has asked it to stop.
    private static final int SECONDS_TO_STOP = 9;

    private static final int EXIT_STATUS = 1;
    private static final long READY_SECONDS = 5;

    private final CountDownLatch armed = new CountDownLatch(1);
    private final CountDownLatch ready = new CountDownLatch(2);

    private ShutdownWatchdog() {}

    /// Starts a watchdog that allows 9 seconds for the shutdown of this process, or as many as the property says.
    static void start() {
        start(Duration.ofSeconds(Integer.getInteger(PROPERTY, SECONDS_TO_STOP)));
    }

    /// Starts a watchdog.
    ///
    /// @param timeToStop the time allowed from the beginning of the shutdown
    static void start(Duration timeToStop) {
        ShutdownWatchdog watchdog = new ShutdownWatchdog();
        byte[] line =
                ("The shutdown did not end in time: the process is halted after "
                                + timeToStop.toMillis()
                                + " ms.\n")
                        .getBytes(StandardCharsets.UTF_8);
        // Writing to a standard error that nobody reads may block, which must not delay the halt.
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

    /// Starts the countdown when the shutdown begins.
    private record Arm(ShutdownWatchdog watchdog) implements Runnable {

        @Override
        public void run() {
            watchdog.armed.countDown();
        }
    }

    /// Runs an action at a fixed time after the beginning of the shutdown.
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
                return; // nothing interrupts this thread
            }
            pause(millis);
            act(false);
        }

        private static void pause(long millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException _) {
                // Nothing interrupts this thread; at worst the process is halted early.
            }
        }

        abstract void act(boolean isRehearsal);
    }

    private static final class Report extends Timed {

        // Not System.err, whose lock another thread may hold.
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
                // There is nowhere left to report this.
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
