package dev.microgpt.support;

import dev.microgpt.MicroGptApplication;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A service of a test's own in this process, with its data in a given directory.
public final class LocalService implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private LocalService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /// @param settings such as `--microgpt.limits.sessions=3`
    public static LocalService start(Path data, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--server.port=0");
        all.add("--microgpt.demo=false");
        all.add("--microgpt.data-dir=" + data);
        return new LocalService(
                new SpringApplicationBuilder(MicroGptApplication.class)
                        .run(all.toArray(String[]::new)));
    }

    public Api api() {
        return at("local.server.port");
    }

    /// At the port for health and metrics, where that is another one.
    public Api managementApi() {
        return at("local.management.port");
    }

    private Api at(String port) {
        return new Api(context.getEnvironment().getRequiredProperty(port, int.class));
    }

    /// Whether one of its parts is of a type.
    public boolean has(Class<?> type) {
        return context.getBeanNamesForType(type).length > 0;
    }

    /// Parts of the service, for what they tell of themselves.
    public <T> Collection<T> parts(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    @Override
    public void close() {
        context.close();
    }
}
