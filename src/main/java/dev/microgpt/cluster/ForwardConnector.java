package dev.microgpt.cluster;

import dev.microgpt.wire.ProblemWriter;

import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

import java.util.ArrayList;
import java.util.List;

/// Adds the private port, with the same limits as the public one.
///
/// It does so when the connector of the public port is customized, as then all customizers are known.
final class ForwardConnector implements TomcatConnectorCustomizer {

    private static final String MAX_HEADER_BYTES =
            "16384"; // those of a client, and the internal ones

    /// A node that does not own a session must be able to reject a call before its body is sent.
    private static final String CONTINUE_ON_READ = "onRead";

    private final TomcatServletWebServerFactory factory;
    private final ClusterSettings settings;
    private final ProblemWriter problems;

    ForwardConnector(
            TomcatServletWebServerFactory factory,
            ClusterSettings settings,
            ProblemWriter problems) {
        this.factory = factory;
        this.settings = settings;
        this.problems = problems;
    }

    @Override
    public void customize(Connector publicConnector) {
        Connector connector = new Connector(factory.getProtocol());
        factory.getConnectorCustomizers().stream()
                .filter(customizer -> !equals(customizer))
                .forEach(customizer -> customizer.customize(connector));
        connector.setPort(settings.forwardPort());
        connector.setProperty("address", settings.address());
        connector.setProperty("maxHttpRequestHeaderSize", MAX_HEADER_BYTES);
        connector.setProperty("continueResponseTiming", CONTINUE_ON_READ);
        connector.setThrowOnFailure(true);
        factory.addAdditionalConnectors(connector);
        // first, so that the others see the client's address
        List<Valve> valves = new ArrayList<>();
        valves.add(new ForwardValve(connector, settings, problems));
        valves.addAll(factory.getEngineValves());
        factory.setEngineValves(valves);
    }
}
