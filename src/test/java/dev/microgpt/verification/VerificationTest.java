package dev.microgpt.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The programs are listed by name.
final class VerificationTest {

    @Test
    void listsEveryProgram() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Verification.list(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines().skip(1))
                .extracting(line -> line.strip().split(" ", 2)[0])
                .containsExactly(
                        "bpe",
                        "capacity",
                        "cluster",
                        "clusterspeed",
                        "coldstart",
                        "crash",
                        "deploy",
                        "fuzz",
                        "load",
                        "soak",
                        "start",
                        "store",
                        "sweep",
                        "lab",
                        "page",
                        "paint",
                        "picture");
    }
}
