package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;

/// Tests that a damaged database is rejected at startup and left unchanged.
@MostlyWaiting
final class DamagedStoreTest {

    /// Parameters of a model with default options and the 15 characters of the six names.
    private static final int SIX_NAMES_PARAMS = 3840;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path original;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeAll
    static void fill() {
        try (LocalService service = LocalService.start(original)) {
            Api api = service.api();
            for (int i = 0; i < 5; i++) {
                api.initSixNames("session-" + i);
                api.step("session-" + i, 20);
            }
        }
    }

    @BeforeEach
    void copy() throws IOException {
        Files.copy(original.resolve("microgpt.db"), file());
    }

    private Path file() {
        return directory.resolve("microgpt.db");
    }

    private void assertRejected() throws IOException {
        byte[] before = Files.readAllBytes(file());

        assertThatThrownBy(() -> LocalService.start(directory).close())
                .rootCause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("damaged");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void anEmptyFileBecomesANewDatabase() throws IOException {
        Files.write(file(), new byte[0]);

        try (LocalService service = LocalService.start(directory)) {
            assertThat(service.api().get("/sessions").body()).contains("\"sessions\":[]");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.3, 0.7, 0.99})
    void aTruncatedFileIsRejected(double part) throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(bytes, (int) (bytes.length * part)));

        assertRejected();
    }

    @Test
    void aFileThatIsNoDatabaseIsRejected() throws IOException {
        Files.writeString(file(), "These are not the bytes of a database.\n".repeat(1000));

        assertRejected();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aPageOfRandomBytesIsRejected(int seed) throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        Random random = new Random(seed);
        byte[] noise = new byte[4096];
        random.nextBytes(noise);
        int page = 1 + random.nextInt(bytes.length / noise.length - 1);
        System.arraycopy(noise, 0, bytes, page * noise.length, noise.length);
        Files.write(file(), bytes);

        assertRejected();
    }

    @Test
    void aSingleFlippedBitOfTheWeightsIsDetected() throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        // Most pages are filled by large values such as weights.
        bytes[bytes.length / 2] ^= 4;
        Files.write(file(), bytes);

        assertRejected();
    }

    private void update(String sql, byte[] bytes) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var update = connection.prepareStatement(sql)) {
            update.setBytes(1, bytes);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    /// Stores infinite weights with a valid checksum, as earlier versions did for a diverged model.
    private void storeInfiniteWeights(int number) throws SQLException {
        double[] numbers = new double[3 * SIX_NAMES_PARAMS];
        Arrays.fill(numbers, Double.POSITIVE_INFINITY);
        update(
                "UPDATE save SET weights = ? WHERE epoch = (SELECT epoch FROM session WHERE name ="
                        + " 'session-%d')".formatted(number),
                PackedNumbers.ofFloats(numbers));
    }

    @Test
    void aDamagedSessionDoesNotAffectOthers() throws SQLException {
        storeInfiniteWeights(1);

        try (LocalService service = LocalService.start(directory)) {
            Reply reply = service.api().get("/sessions/session-1/losses");
            assertProblem(reply, 500, "internal");
            assertThat(reply.json().path("detail").stringValue())
                    .contains("the snapshot: ")
                    .contains("delete it");
            assertThat(service.api().get("/sessions").ok().path("sessions")).hasSize(5);
            assertThat(service.api().losses("session-2")).hasSize(20);
            assertThat(service.api().step("session-3", 1).path("step").asInt()).isEqualTo(21);
        }
    }

    @Test
    void aDamagedSessionCanBeDeleted() throws SQLException {
        storeInfiniteWeights(2);

        try (LocalService service = LocalService.start(directory)) {
            Api api = service.api();
            assertThat(api.delete("/sessions/session-2").status()).isEqualTo(204);
            assertThat(api.get("/sessions/session-2").status()).isEqualTo(404);
        }
        try (LocalService service = LocalService.start(directory)) {
            assertThat(service.api().get("/sessions/session-2").status()).isEqualTo(404);
        }
    }

    @Test
    void aDamagedSessionCanBeReplaced() throws SQLException {
        storeInfiniteWeights(1);

        try (LocalService service = LocalService.start(directory)) {
            service.api().initSixNames("session-1");
            assertThat(service.api().step("session-1", 1).path("step").asInt()).isEqualTo(1);
        }
        try (LocalService service = LocalService.start(directory)) {
            assertThat(service.api().losses("session-1")).hasSize(1);
        }
    }

    @Test
    void theMessageNamesTheSessionAndWhatIsDamaged() throws SQLException {
        update(
                "UPDATE keyframe SET weights = ? WHERE step = 1 AND epoch = (SELECT epoch FROM session"
                        + " WHERE name = 'session-4')",
                new byte[9]);

        assertThatThrownBy(() -> LocalService.start(directory).close())
                .rootCause()
                .hasMessageContaining("session 'session-4', weights of keyframe");
    }
}
