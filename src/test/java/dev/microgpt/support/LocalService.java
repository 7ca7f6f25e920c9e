package dev.microgpt.support;

import dev.microgpt.MicroGptApplication;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A service in this process for one test, with its data in a given directory.
public final class LocalService implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private LocalService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /// Starts a service, or an [EntryNode] if tests are to talk to one.
    ///
    /// @param settings such as `--microgpt.limits.sessions=3`
    public static LocalService start(Path data, String... settings) {
        return EntryNode.isWanted()
                ? start(data, new EntryNode(data, settings), settings)
                : start(data, _ -> {}, settings);
    }

    /// Starts a service with further beans.
    ///
    /// @param beans registers them
    public static LocalService start(
            Path data,
            ApplicationContextInitializer<GenericApplicationContext> beans,
            String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--server.port=0");
        all.add("--microgpt.demo=false");
        all.add("--microgpt.data-dir=" + data);
        return new LocalService(
                new SpringApplicationBuilder(MicroGptApplication.class)
                        .initializers(beans)
                        .run(all.toArray(String[]::new)));
    }

    public Api api() {
        return at("local.server.port");
    }

    /// Returns a client for the management port, if health and metrics have their own port.
    public Api managementApi() {
        return at("local.management.port");
    }

    private Api at(String port) {
        return new Api(context.getEnvironment().getRequiredProperty(port, int.class));
    }

    /// Returns the service that has the sessions: this one, unless it is an [EntryNode].
    public LocalService owner() {
        return context.containsBean(EntryNode.OWNER)
                ? context.getBean(EntryNode.OWNER, LocalService.class)
                : this;
    }

    /// Returns whether the service has a bean of a type.
    public boolean has(Class<?> type) {
        return context.getBeanNamesForType(type).length > 0;
    }

    /// Returns the beans of a type, to inspect their state.
    public <T> Collection<T> parts(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    @Override
    public void close() {
        OneStartAtATime.whileNoneStarts(context::close); // it resets the JVM's logging
    }
}
