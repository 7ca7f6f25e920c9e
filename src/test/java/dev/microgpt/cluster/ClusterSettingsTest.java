package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import java.util.HashMap;
import java.util.Map;

/// Tests that invalid settings are rejected with the name, the value and what is allowed.
@SharesNothing
final class ClusterSettingsTest {

    private static final Map<String, String> VALID =
            Map.of(
                    "enabled", "true",
                    "members", "10.0.0.1, node-2:5702, [fd00::1]:5703, [fd00::2]",
                    "secret", TestNodes.SECRET);

    private static ClusterSettings settings(Map<String, String> changes) {
        Map<String, String> properties = new HashMap<>();
        VALID.forEach((name, value) -> properties.put("microgpt.cluster." + name, value));
        changes.forEach((name, value) -> properties.put("microgpt.cluster." + name, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("microgpt.cluster", ClusterSettings.class);
    }

    @Test
    void membersHaveTheMemberPortByDefault() {
        assertThat(settings(Map.of()).membersWithPorts())
                .containsExactly(
                        "10.0.0.1:5701", "node-2:5702", "[fd00::1]:5703", "[fd00::2]:5701");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "5, 3", "100, 51"})
    void majority(int size, int majority) {
        assertThat(settings(Map.of("size", Integer.toString(size))).majority()).isEqualTo(majority);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "member-port | -1 | microgpt.cluster.member-port must be between 0 and 65535, but is -1",
                "member-port | 65536 | microgpt.cluster.member-port must be between 0 and 65535, but is 65536",
                "forward-port | 65536 | microgpt.cluster.forward-port must be between 0 and 65535, but is 65536",
                "size | 0 | microgpt.cluster.size must be between 1 and 100, but is 0",
                "size | 101 | microgpt.cluster.size must be between 1 and 100, but is 101",
                "address | 0.0.0.0 | microgpt.cluster.address must be one address of this machine, .* but is '0.0.0.0'",
                "members | '' | microgpt.cluster.members or dns must .* size is above 1, but is 3",
                "members | a b | microgpt.cluster.members must be .* host or host:port, but one is 'a b'",
                "members | a:0 | microgpt.cluster.members must have ports between 1 and 65535, but one is 'a:0'",
                "members | a:70000 | microgpt.cluster.members must have ports between 1 and 65535, .*",
                "dns | nodes | microgpt.cluster.members and dns exclude each other, .* 'nodes'",
                "secret | short | microgpt.cluster.secret must have at least 32 characters, printable ASCII without spaces, but has 5",
                "secret | '' | microgpt.cluster.secret must have at least 32 characters, printable ASCII without spaces, but has 0",
            })
    void invalid(String name, String value, String message) {
        assertThatThrownBy(() -> settings(Map.of(name, value)))
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .matches(message);
    }

    @Test
    void aHostNameNeedsAKnownPort() {
        assertThatThrownBy(
                        () -> settings(Map.of("members", "", "dns", "nodes", "member-port", "0")))
                .rootCause()
                .hasMessage(
                        "microgpt.cluster.member-port must be between 1 and 65535 with dns, but is 0");
    }

    @Test
    void withoutAClusterNothingIsNeeded() {
        assertThat(settings(Map.of("enabled", "false", "members", "", "secret", "")).size())
                .isEqualTo(3);
    }

    @Test
    void theSecretIsNotPrinted() {
        assertThat(settings(Map.of()).toString()).doesNotContain(TestNodes.SECRET);
    }

    @Test
    void aSingleNodeNeedsNoOthers() {
        assertThat(settings(Map.of("size", "1", "members", "")).members()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "jdbc:sqlite:data", "postgres://host/database"})
    void theStoreMustBePostgres(String url) {
        assertThatThrownBy(() -> ClusterConfiguration.requireSharedStore(url, true))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("microgpt.store.url is '" + url + "'");
    }

    @Test
    void theStoreMustBeEnabled() {
        assertThatThrownBy(
                        () ->
                                ClusterConfiguration.requireSharedStore(
                                        "jdbc:postgresql://host/database", false))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("microgpt.store.enabled is false");
    }
}
