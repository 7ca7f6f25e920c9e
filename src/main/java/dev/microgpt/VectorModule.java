package dev.microgpt;

import java.lang.reflect.InvocationTargetException;

/// Loads the module of the Vector API when the service starts.
///
/// `java --add-modules` would do so as well, but with an incubator module on its command line the JVM does not use the module
/// graph of an AOT cache, and then no linked class and no lambda of it either. The method that adds a module to a running JVM is
/// internal to the JDK, which uses it for agents. The manifest of the jar exports its package (`Add-Exports`).
final class VectorModule {

    /// The system property that prevents it, if `false`. An AOT cache cannot be written by a JVM that has used the module
    /// without having been started with it.
    static final String PROPERTY = "microgpt.load-vector-module";

    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    /// Loads the module, unless it is there. Without it the engine works, slower, and logs how to start it with.
    static void load() {
        boolean isWanted = Boolean.parseBoolean(System.getProperty(PROPERTY, "true"));
        if (!isWanted || ModuleLayer.boot().findModule(NAME).isPresent()) {
            return;
        }
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, NAME);
        } catch (IllegalAccessException | ClassNotFoundException | NoSuchMethodException _) {
            // Started without the manifest, or by a later JDK: the engine reports what is missing.
        } catch (InvocationTargetException _) {
            // This JDK has no such module.
        }
    }
}
