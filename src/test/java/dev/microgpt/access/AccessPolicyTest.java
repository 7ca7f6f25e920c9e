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

/// When keys are asked for, and which ones.
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
    void isOpenWhereOnlyThisMachineCanCall(String local) throws UnknownHostException {
        AccessPolicy door =
                AccessPolicy.of(settings(false, Map.of()), out, address(local), address(local));
        assertThat(door.isOpen()).isTrue();
        assertThat(printed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.5", "fe80::1"})
    void makesAKeyAndPrintsItWhereOthersCanCall(String reachable) throws UnknownHostException {
        AccessPolicy door = AccessPolicy.of(settings(false, Map.of()), out, address(reachable));
        assertThat(door.isOpen()).isFalse();
        String key =
                printed().lines().filter(line -> line.startsWith("    ")).findFirst().orElseThrow();
        String secret = key.strip().substring("local.".length());
        assertThat(secret).hasSize(43);
        assertThat(door.hashes()).containsOnlyKeys("local");
        assertThat(door.hashes().get("local")).doesNotContain(secret);
        assertThat(ApiKeys.encoder().matches(secret, door.hashes().get("local"))).isTrue();
    }

    @Test
    void asksForKeysWhereTheActuatorAloneCanBeReached() throws UnknownHostException {
        AccessPolicy door =
                AccessPolicy.of(settings(false, Map.of()), out, address("127.0.0.1"), null);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void isOpenWhereItIsToldTo() throws UnknownHostException {
        AccessPolicy door = AccessPolicy.of(settings(true, Map.of()), out, address("0.0.0.0"));
        assertThat(door.isOpen()).isTrue();
        assertThat(printed()).isEmpty();
    }

    /// Behind a proxy, for example, all callers are local.
    @Test
    void asksForKeysThatAreSet() throws UnknownHostException {
        Map<String, String> keys = Map.of("alice", ApiKeys.make("alice").hash());
        AccessPolicy door = AccessPolicy.of(settings(false, keys), out, address("127.0.0.1"));
        assertThat(door.isOpen()).isFalse();
        assertThat(door.hashes()).isEqualTo(keys);
        assertThat(printed()).isEmpty();
    }

    @Test
    void refusesSettingsThatMeanSomethingElse() {
        String hash = ApiKeys.make("alice").hash();
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
    void theCommandPrintsAKeyAndItsHash() {
        assertThat(NewKeyCommand.isMeant("new-key", "bob")).isTrue();
        assertThat(NewKeyCommand.isMeant("--server.port=1")).isFalse();
        assertThat(NewKeyCommand.run(out, "new-key", "bob")).isTrue();
        String secret = printed().replaceAll("(?s).*\\sbob\\.(\\S+)\\s.*", "$1");
        String hash = printed().replaceAll("(?s).*keys\\.bob=(\\S+)\\s*", "$1");
        assertThat(ApiKeys.encoder().matches(secret, hash)).isTrue();
        assertThat(ApiKeys.encoder().matches(secret + "x", hash)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"new-key", "new-key Bob", "new-key a b"})
    void theCommandTellsWhatIsWrong(String arguments) {
        assertThat(NewKeyCommand.run(out, arguments.split(" ", -1))).isFalse();
        assertThat(printed()).isNotBlank().doesNotContain("{pbkdf2}");
    }
}
