package dev.microgpt;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A process in which everything hangs when it is asked to stop: its shutdown, its console, and the loading
/// of classes. Only the watchdog still works.
final class HangingShutdown {

    private HangingShutdown() {}

    /// @param args the time in milliseconds that the shutdown may take
    public static void main(String[] args) throws Exception {
        HangingLoader loader = new HangingLoader();
        Method start =
                Class.forName(ShutdownWatchdog.class.getName(), true, loader)
                        .getDeclaredMethod("start", Duration.class);
        start.setAccessible(true);
        start.invoke(null, Duration.ofMillis(Long.parseLong(args[0])));
        Runtime.getRuntime().addShutdownHook(new Thread(HangingShutdown::hang));
        loader.hangs = true;
        System.out.println("ready");
        synchronized (System.out) {
            synchronized (System.err) {
                hang();
            }
        }
    }

    private static void hang() {
        while (true) {
            try {
                TimeUnit.DAYS.sleep(1);
            } catch (InterruptedException _) {
                // Interrupts are ignored.
            }
        }
    }

    /// Defines the watchdog's classes itself, so that the JVM asks it for every class that they need.
    private static final class HangingLoader extends ClassLoader {

        private volatile boolean hangs;

        HangingLoader() {
            super(ShutdownWatchdog.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (hangs) {
                hang();
            }
            if (!name.startsWith(ShutdownWatchdog.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
