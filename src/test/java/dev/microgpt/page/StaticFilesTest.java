package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/// Tests the program of the build that compresses the files for browsers.
final class StaticFilesTest {

    private static final String SCRIPT = "let a = 1;\n".repeat(200);

    @TempDir private Path classes;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.createDirectories(classes.resolve("dev/microgpt/page"));
        Files.createDirectories(classes.resolve("static/js"));
        Files.writeString(classes.resolve("static/js/large.js"), SCRIPT);
        Files.writeString(classes.resolve("static/js/small.js"), "let a = 1;");
    }

    /// @return the digest
    private String prepare() throws Exception {
        Process program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "src/build/StaticFiles.java",
                                classes.toString(),
                                System.getProperty("java.class.path"))
                        .inheritIO()
                        .start();
        assertThat(program.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
        return Files.readString(classes.resolve("dev/microgpt/page/files.digest"));
    }

    @Test
    void largeFilesAreCompressedBesideTheOriginals() throws Exception {
        prepare();

        byte[] compressed = Files.readAllBytes(classes.resolve("static/js/large.js.gz"));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(in.readAllBytes()).asString().isEqualTo(SCRIPT);
        }
        assertThat(classes.resolve("static/js/large.js")).hasContent(SCRIPT);
        assertThat(classes.resolve("static/js/small.js.gz")).doesNotExist();
        assertThat(classes.resolve("META-INF/resources/_static/echarts"))
                .isDirectoryRecursivelyContaining("glob:**/dist/echarts.esm.min.js.gz");
    }

    @Test
    void theDigestDependsOnEachFileAndOnNothingElse() throws Exception {
        String first = prepare();
        assertThat(prepare()).isEqualTo(first).matches("[0-9a-f]{24}");

        Files.writeString(classes.resolve("static/js/small.js"), "let a = 2;");
        assertThat(prepare()).isNotEqualTo(first);
    }
}
