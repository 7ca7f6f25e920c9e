package dev.microgpt.support;

import dev.microgpt.MicroGptApplication;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import java.nio.file.Path;
import java.util.ArrayList;
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
        return new Api(
                context.getEnvironment().getRequiredProperty("local.server.port", int.class));
    }

    /// A part of the service, for what it tells of itself.
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
