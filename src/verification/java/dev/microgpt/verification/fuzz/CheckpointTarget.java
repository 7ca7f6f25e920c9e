package dev.microgpt.verification.fuzz;

import dev.microgpt.checkpoint.CheckpointFile;
import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.checkpoint.CheckpointReader.Given;
import dev.microgpt.checkpoint.InvalidCheckpointException;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Reads arbitrary bytes as a checkpoint: they must be rejected with the documented exceptions, or be a model
/// that can be saved, restored and used.
///
/// The first byte selects how the others are read. Most mutations of a real file break the length in its
/// first eight bytes or its digest, and get no further. So the target can compute the length of the header,
/// and the seeds have no digest.
public final class CheckpointTarget {

    /// The input is a header, a zero byte, and the tensors; the target computes the header's length.
    private static final int IN_PARTS = 1;

    private static final int WITH_ALPHABET = 2;
    private static final int WITH_DOCUMENTS = 4;

    /// Larger models are read and written, but not used, because they are slow.
    private static final int MAX_USED_PARAMETERS = 5_000;

    private static final String TEXT = "anna\nbob\ncora\nzoë 🦙";
    private static final Limits LIMITS =
            new Binder(new MapConfigurationPropertySource(Map.of()))
                    .bindOrCreate("microgpt.limits", Limits.class);

    private CheckpointTarget() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        int mode = input[0];
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] file = (mode & IN_PARTS) == 0 ? rest : assemble(rest);
        Checkpoint checkpoint;
        try {
            checkpoint = read(file, given(mode));
        } catch (InvalidCheckpointException | InvalidInputException | SessionException _) {
            return; // rejected as documented
        }
        MicroGpt model = new MicroGpt(checkpoint);
        byte[] saved = write(model.checkpoint());
        requireEqual(saved, write(read(saved, given(0))), "a file that was read and written again");
        requireEqual(saved, write(new MicroGpt(read(saved, given(0))).checkpoint()), "its model");
        if (model.numParams() < MAX_USED_PARAMETERS) {
            use(model);
        }
    }

    private static Given given(int mode) {
        return new Given(
                null,
                (mode & WITH_ALPHABET) == 0 ? null : "ab",
                (mode & WITH_DOCUMENTS) == 0 ? null : Corpus.of("ab\nba\nb"));
    }

    private static byte[] assemble(byte[] parts) {
        int headerLength = 0;
        while (headerLength < parts.length && parts[headerLength] != 0) {
            headerLength++;
        }
        int dataStart = Math.min(parts.length, headerLength + 1);
        return ByteBuffer.allocate(Long.BYTES + headerLength + parts.length - dataStart)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(parts, 0, headerLength)
                .put(parts, dataStart, parts.length - dataStart)
                .array();
    }

    private static Checkpoint read(byte[] file, Given given) throws IOException {
        return CheckpointReader.read(
                new ByteArrayInputStream(file), given, LIMITS.ofText(), LIMITS::check);
    }

    private static byte[] write(Checkpoint checkpoint) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CheckpointFile.of(checkpoint).writeTo(out);
        return out.toByteArray();
    }

    private static void requireEqual(byte[] expected, byte[] actual, String what) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError(what + " differs from the original");
        }
    }

    /// Generates and trains. The weights may be any numbers, so that training may diverge.
    private static void use(MicroGpt model) {
        try {
            model.generate(0.5);
            if (model.corpus().size() > 0) {
                model.advance();
            }
        } catch (DivergedException _) {
            // the documented exception
        }
    }

    // ---- seeds

    /// Writes small real checkpoints, whole and in parts: one for each engine and generator, and some with
    /// weights only.
    static void writeSeeds(Path directory) throws IOException {
        for (EngineKind engine : EngineKind.values()) {
            for (RandomKind random : RandomKind.values()) {
                byte[] file = write(trained(engine, random));
                String name = "%s-%s".formatted(engine, random);
                writeSeed(directory, name, 0, file);
                writeSeed(directory, name + "-parts", IN_PARTS, parts(file));
            }
        }
        byte[] pairs = write(trainedOn(ModelOptions.builder().tokenizer(TokenizerKind.BPE)));
        writeSeed(directory, "pairs", 0, pairs);
        writeSeed(directory, "pairs-parts", IN_PARTS, parts(pairs));
        byte[] weights =
                Files.readAllBytes(Path.of("src/test/resources/safetensors/reference.safetensors"));
        writeSeed(directory, "weights", WITH_ALPHABET, weights);
        writeSeed(directory, "weights-parts", IN_PARTS | WITH_ALPHABET, parts(weights));
        writeSeed(directory, "weights-documents", IN_PARTS | WITH_DOCUMENTS, parts(weights));
        writeSeed(directory, "weights-of-all-types", IN_PARTS | WITH_ALPHABET, weightsOfAllTypes());
        byte[] doubles = parts(write(trained(EngineKind.SCALAR, RandomKind.MULBERRY32)));
        String rounded =
                new String(doubles, StandardCharsets.ISO_8859_1).replace("scalar", "tensor");
        writeSeed(
                directory,
                "doubles-for-floats",
                IN_PARTS,
                rounded.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void writeSeed(Path directory, String name, int mode, byte[] rest)
            throws IOException {
        byte[] seed = ByteBuffer.allocate(1 + rest.length).put((byte) mode).put(rest).array();
        Files.write(directory.resolve(name), seed);
    }

    private static Checkpoint trained(EngineKind engine, RandomKind random) {
        return trainedOn(ModelOptions.builder().engine(engine).random(random));
    }

    private static Checkpoint trainedOn(ModelOptions.Builder options) {
        MicroGpt model = new MicroGpt(options.nEmbd(2).nHead(1).blockSize(2).build());
        model.loadData(TEXT);
        model.initParams();
        model.trainStep();
        return model.checkpoint();
    }

    /// Returns zero weights of every data type, in parts.
    private static byte[] weightsOfAllTypes() {
        List<String> types = List.of("F64", "F32", "F16", "BF16");
        List<Integer> bytes = List.of(Double.BYTES, Float.BYTES, Short.BYTES, Short.BYTES);
        StringBuilder header = new StringBuilder("{");
        int end = 0;
        List<Matrix> matrices = Matrix.of(ModelOptions.builder().nEmbd(4).blockSize(2).build(), 3);
        for (int i = 0; i < matrices.size(); i++) {
            Matrix matrix = matrices.get(i);
            int begin = end;
            end += matrix.size() * bytes.get(i % types.size());
            header.append(i == 0 ? "" : ",")
                    .append(
                            "\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
                                    .formatted(
                                            matrix.name(),
                                            types.get(i % types.size()),
                                            matrix.rows(),
                                            matrix.columns(),
                                            begin,
                                            end));
        }
        byte[] text = header.append("}\0").toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(text.length + end).put(text).array(); // all weights are zero
    }

    private static byte[] parts(byte[] file) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        byte[] withoutDigest =
                header.replaceFirst(",\"sha256\":\"[0-9a-f]*\"", "")
                        .getBytes(StandardCharsets.UTF_8);
        int dataStart = Long.BYTES + length;
        return ByteBuffer.allocate(withoutDigest.length + 1 + file.length - dataStart)
                .put(withoutDigest)
                .put((byte) 0)
                .put(file, dataStart, file.length - dataStart)
                .array();
    }
}
