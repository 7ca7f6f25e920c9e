package dev.microgpt.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/// Tests when calls need a key, and which keys are valid.
final class AccessPolicyTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private static AccessSettings settings(boolean open, Map<String, String> keys) {
        return new AccessSettings(open, keys, Set.of(), Set.of());
    }

    private static InetAddress address(String address) throws UnknownHostException {
        return InetAddress.getByName(address);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "127.1.2.3"})
    void isOpenIfOnlyThisMachineCanConnect(String local) throws UnknownHostException {
        AccessPolicy policy =
                AccessPolicy.of(settings(false, Map.of()), out, address(local), address(local));
        assertThat(policy.isOpen()).isTrue();
        assertThat(printed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.5", "fe80::1"})
    void generatesAndPrintsAKeyIfOtherMachinesCanConnect(String address)
            throws UnknownHostException {
        AccessPolicy policy = AccessPolicy.of(settings(false, Map.of()), out, address(address));
        assertThat(policy.isOpen()).isFalse();
        String key =
                printed().lines().filter(line -> line.startsWith("    ")).findFirst().orElseThrow();
        String secret = key.strip().substring("local.".length());
        assertThat(secret).hasSize(43);
        assertThat(policy.hashes()).containsOnlyKeys("local");
        assertThat(policy.hashes().get("local")).doesNotContain(secret);
        assertThat(ApiKeys.encoder().matches(secret, policy.hashes().get("local"))).isTrue();
    }

    @Test
    void needsAKeyIfOnlyTheActuatorCanBeReached() throws UnknownHostException {
        AccessPolicy policy =
                AccessPolicy.of(settings(false, Map.of()), out, address("127.0.0.1"), null);
        assertThat(policy.isOpen()).isFalse();
    }

    @Test
    void isOpenIfConfigured() throws UnknownHostException {
        AccessPolicy policy = AccessPolicy.of(settings(true, Map.of()), out, address("0.0.0.0"));
        assertThat(policy.isOpen()).isTrue();
        assertThat(printed()).isEmpty();
    }

    /// Behind a proxy, for example, the connections of all callers come from this machine.
    @Test
    void needsTheConfiguredKeysEvenOnTheLoopbackAddress() throws UnknownHostException {
        Map<String, String> keys = Map.of("alice", ApiKeys.generate("alice").hash());
        AccessPolicy policy = AccessPolicy.of(settings(false, keys), out, address("127.0.0.1"));
        assertThat(policy.isOpen()).isFalse();
        assertThat(policy.hashes()).isEqualTo(keys);
        assertThat(printed()).isEmpty();
    }

    @Test
    void rejectsContradictoryAndInvalidSettings() {
        String hash = ApiKeys.generate("alice").hash();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(true, Map.of("alice", hash)))
                .withMessageContaining("contradicts");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(false, Map.of("alice", "secret")))
                .withMessageContaining("keys.alice")
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(false, Map.of("Alice", hash)))
                .withMessageContaining("'Alice'");
    }

    @Test
    void newKeyPrintsAKeyAndItsHash() {
        assertThat(NewKeyCommand.matches("new-key", "bob")).isTrue();
        assertThat(NewKeyCommand.matches("--server.port=1")).isFalse();
        assertThat(NewKeyCommand.run(out, "new-key", "bob")).isTrue();
        String secret = printed().replaceAll("(?s).*\\sbob\\.(\\S+)\\s.*", "$1");
        String hash = printed().replaceAll("(?s).*keys\\.bob=(\\S+)\\s*", "$1");
        assertThat(ApiKeys.encoder().matches(secret, hash)).isTrue();
        assertThat(ApiKeys.encoder().matches(secret + "x", hash)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"new-key", "new-key Bob", "new-key a b"})
    void newKeyReportsInvalidArguments(String arguments) {
        assertThat(NewKeyCommand.run(out, arguments.split(" ", -1))).isFalse();
        assertThat(printed()).isNotBlank().doesNotContain("{pbkdf2}");
    }
}
