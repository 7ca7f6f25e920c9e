package dev.microgpt.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.SequenceWriter;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

@SharesNothing
final class CsvWriterTest {

    /// Counts how often it is flushed.
    private static final class Output extends ByteArrayOutputStream {

        private int flushes;

        @Override
        public void flush() {
            flushes++;
        }
    }

    @Test
    void rowsAreSentWhenTheWriterIsFlushed() {
        Output out = new Output();
        SequenceWriter writer = Csv.writer(List.of("text", "length"), out);
        writer.write(List.of("emma", 4));
        writer.write(List.of("a, b", 4));
        assertThat(out.flushes).isZero();
        writer.flush();

        assertThat(out.flushes).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("text,length\nemma,4\n\"a, b\",4\n");
    }
}
