package dev.microgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.TokenizerKind;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Tests that the file of a checkpoint is read back, and that no damaged file is.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckpointReaderTest {

    private static final int DATA_STRIDE = 61;

    private byte[] file = {};
    private int dataStart;

    @BeforeAll
    void createFile() throws IOException {
        MicroGpt model =
                new MicroGpt(
                        ModelOptions.builder()
                                .engine(EngineKind.TENSOR)
                                .nEmbd(8)
                                .nHead(2)
                                .batchSize(2)
                                .build());
        model.loadData(Corpus.of("emma\nolivia\nzoë 🦙"));
        model.initParams();
        model.advance();
        file = bytes(model.checkpoint());
        dataStart = 8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static byte[] bytes(Checkpoint checkpoint) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CheckpointFile.of(checkpoint).writeTo(out);
        return out.toByteArray();
    }

    private static Checkpoint read(byte[] bytes) throws IOException {
        return CheckpointReader.read(
                new ByteArrayInputStream(bytes),
                new CheckpointReader.Given(null, null, null),
                Corpus.Limits.NONE,
                CheckpointReaderTest::requireSmall);
    }

    /// Keeps a damaged number from allocating a large model, like the limits of the service.
    private static void requireSmall(ModelOptions options, int vocabSize, long characters) {
        if ((long) options.nEmbd() * options.nLayer() * options.blockSize() > 1_000_000) {
            throw new InvalidCheckpointException("the model is too large");
        }
    }

    private static void assertRejected(String damage, byte[] bytes) {
        assertThatThrownBy(() -> read(bytes))
                .as(damage)
                .isInstanceOfAny(InvalidCheckpointException.class, InvalidInputException.class);
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        assertThat(bytes(read(file))).isEqualTo(file);
    }

    /// Returns a file with weights alone, which are 0.
    private static byte[] weights(int vocabSize) {
        ModelOptions options = ModelOptions.builder().nEmbd(4).nHead(1).blockSize(4).build();
        StringBuilder tensors = new StringBuilder();
        int offset = 0;
        for (Matrix matrix : Matrix.of(options, vocabSize)) {
            int end = offset + Float.BYTES * matrix.size();
            tensors.append(tensors.isEmpty() ? "" : ",")
                    .append(
                            "\"%s\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
                                    .formatted(
                                            matrix.name(),
                                            matrix.rows(),
                                            matrix.columns(),
                                            offset,
                                            end));
            offset = end;
        }
        byte[] header = ("{" + tensors + "}").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + header.length + offset)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    private static CheckpointReader.Given pairsOf(Corpus documents) {
        return new CheckpointReader.Given(
                ModelOptions.builder().nHead(1).tokenizer(TokenizerKind.BPE), null, documents);
    }

    @Test
    void weightsShareTheBytePairsOfTheDocuments() throws IOException {
        Corpus documents = Corpus.of("anna\nhannah\nan");
        Checkpoint checkpoint =
                CheckpointReader.read(
                        new ByteArrayInputStream(weights(260)),
                        pairsOf(documents),
                        Corpus.Limits.NONE,
                        CheckpointReaderTest::requireSmall);

        assertThat(checkpoint.tokenizer().vocabSize()).isEqualTo(260);
        assertThat(checkpoint.documents()).isNotNull().isSameAs(documents.knownBytePairs(260));
        assertThatThrownBy(
                        () ->
                                CheckpointReader.read(
                                        new ByteArrayInputStream(weights(300)),
                                        pairsOf(documents),
                                        Corpus.Limits.NONE,
                                        CheckpointReaderTest::requireSmall))
                .isInstanceOf(InvalidCheckpointException.class)
                .hasMessage("'wte' has 300 rows, but the documents have only 260 tokens");
    }

    @Test
    void bytePairsAreFoundOnlyForAModelThatIsAdmitted() {
        Corpus documents = Corpus.of("anna\nhannah\nan");

        assertThatThrownBy(
                        () ->
                                CheckpointReader.read(
                                        new ByteArrayInputStream(weights(60_000)),
                                        pairsOf(documents),
                                        Corpus.Limits.NONE,
                                        (_, vocabSize, _) -> {
                                            throw new InvalidCheckpointException(
                                                    "refused " + vocabSize);
                                        },
                                        (_, _) -> {
                                            throw new AssertionError("searched");
                                        }))
                .hasMessage("refused 60000");
        assertThat(documents.knownBytePairs(60_000)).isNull();
    }

    @Test
    void rejectsAFileTruncatedAnywhere() {
        for (int length = 0; length < file.length; length += length < dataStart ? 1 : DATA_STRIDE) {
            assertRejected("length " + length, Arrays.copyOf(file, length));
        }
        assertRejected("one byte less", Arrays.copyOf(file, file.length - 1));
        assertRejected("one byte more", Arrays.copyOf(file, file.length + 1));
    }

    @Test
    void rejectsAFileWithAnyByteChanged() {
        for (int i = 0; i < file.length; i += i < dataStart ? 1 : DATA_STRIDE) {
            for (int bit : new int[] {1, 0x80}) {
                byte[] damaged = file.clone();
                damaged[i] ^= (byte) bit;
                assertRejected("byte %d changed by %d".formatted(i, bit), damaged);
            }
        }
    }
}
