package dev.microgpt.support;

import dev.microgpt.cluster.Locations;
import dev.microgpt.cluster.Node;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A node of a cluster that has no sessions. All belong to a second node in this process, with the same settings, which
/// it starts and stops.
///
/// With the system property `through.another.node`, the tests that start a service talk to such a node instead, so that
/// all their calls and messages pass through it.
final class EntryNode implements ApplicationContextInitializer<GenericApplicationContext> {

    /// The name of the bean of the second node.
    static final String OWNER = "owner";

    private static final String HOST = "127.0.0.1";
    private static final String SECRET = "0123456789-0123456789-0123456789";

    /// Settings that [LocalService] makes for each service.
    private static final Set<String> OF_EACH_SERVICE = Set.of("server.port", "microgpt.demo");

    private final Node entry = new Node(new UUID(0, 0), HOST, FreePort.find());
    private final Node owner = new Node(new UUID(0, 1), HOST, FreePort.find());
    private final Path data;
    private final List<String> settings;

    /// @param data the directory of the sessions
    /// @param settings of both nodes, which are added to those of a test with Spring's annotations
    EntryNode(Path data, String... settings) {
        this.data = data;
        this.settings = List.of(settings);
    }

    /// Returns whether tests are to talk to such a node.
    static boolean isWanted() {
        return Boolean.getBoolean("through.another.node");
    }

    @Override
    public void initialize(GenericApplicationContext context) {
        Map<String, Object> own = new HashMap<>(clusterSettings(entry));
        own.put("microgpt.data-dir", data.resolve("entry").toString());
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("entry node", own));
        addLocations(context, entry);
        context.registerBean(OWNER, LocalService.class, () -> startOwner(context));
    }

    private LocalService startOwner(ConfigurableApplicationContext context) {
        List<String> all = new ArrayList<>(settings);
        all.addAll(settingsOfTest(context));
        clusterSettings(owner).forEach((name, value) -> all.add("--" + name + "=" + value));
        return LocalService.start(
                data, beans -> addLocations(beans, owner), all.toArray(String[]::new));
    }

    private static Map<String, Object> clusterSettings(Node node) {
        return Map.of(
                "microgpt.cluster.enabled",
                "true",
                "microgpt.cluster.size",
                "1",
                "microgpt.cluster.secret",
                SECRET,
                "microgpt.cluster.address",
                node.host(),
                "microgpt.cluster.forward-port",
                node.forwardPort());
    }

    private void addLocations(GenericApplicationContext context, Node self) {
        context.registerBean(Locations.class, () -> new AllAtOwner(self));
    }

    /// Returns what the annotations of a test set.
    private static List<String> settingsOfTest(ConfigurableApplicationContext context) {
        List<String> result = new ArrayList<>();
        for (PropertySource<?> source : context.getEnvironment().getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> ofTest
                    && source.getName().endsWith("Test Properties")) { // inlined or dynamic
                for (String name : ofTest.getPropertyNames()) {
                    if (!OF_EACH_SERVICE.contains(name)) {
                        result.add("--" + name + "=" + ofTest.getProperty(name));
                    }
                }
            }
        }
        return result;
    }

    /// Where all sessions belong to the same node.
    private final class AllAtOwner implements Locations {

        private final Node self;

        AllAtOwner(Node self) {
            this.self = self;
        }

        @Override
        public boolean hasMajority() {
            return true;
        }

        @Override
        public Set<Integer> served() {
            return self.equals(owner)
                    ? IntStream.range(0, PartitionStore.PARTITIONS)
                            .boxed()
                            .collect(Collectors.toSet())
                    : Set.of();
        }

        @Override
        public boolean isPresent(Node node) {
            return true;
        }

        @Override
        public Node self() {
            return self;
        }

        @Override
        public List<Node> nodes() {
            return List.of(entry, owner);
        }

        @Override
        public @Nullable Node ownerOf(SessionId id) {
            return owner;
        }
    }

    /// Makes the services of tests with Spring's annotations entry nodes. Spring finds it in
    /// `META-INF/spring.factories`.
    static final class Factory implements ContextCustomizerFactory {

        @Override
        public @Nullable ContextCustomizer createContextCustomizer(
                Class<?> test, List<ContextConfigurationAttributes> attributes) {
            return isWanted()
                            && TestContextAnnotationUtils.hasAnnotation(test, SpringBootTest.class)
                    ? new Customizer()
                    : null;
        }
    }

    /// A record, since tests with equal customizers share a service.
    private record Customizer() implements ContextCustomizer {

        @Override
        public void customizeContext(
                ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
            new EntryNode(Path.of("target", "data", UUID.randomUUID().toString()))
                    .initialize((GenericApplicationContext) context);
        }
    }
}
