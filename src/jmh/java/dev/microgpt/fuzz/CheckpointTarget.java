package dev.microgpt.fuzz;

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

/// Bytes as a checkpoint: they are refused in an orderly way, or are a model that can be kept and asked.
///
/// The first byte says how to take the others. Most mutations of a real file break its first eight bytes
/// or its digest, and get no further; so the length of the header can be left to the target, and the seeds
/// have no digest.
public final class CheckpointTarget {

    /// The others are a header, a zero, and the tensors.
    private static final int IN_PARTS = 1;

    private static final int WITH_ALPHABET = 2;
    private static final int WITH_DOCUMENTS = 4;

    /// Larger models are read and written, but not asked: they are slow.
    private static final int MANY_PARAMETERS = 5_000;

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
        byte[] file = (mode & IN_PARTS) == 0 ? rest : assembled(rest);
        Checkpoint checkpoint;
        try {
            checkpoint = read(file, given(mode));
        } catch (InvalidCheckpointException | InvalidInputException | SessionException _) {
            return; // refused, as it should be
        }
        MicroGpt model = new MicroGpt(checkpoint);
        byte[] kept = write(model.checkpoint());
        requireEqual(kept, write(read(kept, given(0))), "a file that was read and written again");
        requireEqual(kept, write(new MicroGpt(read(kept, given(0))).checkpoint()), "its model");
        if (model.numParams() < MANY_PARAMETERS) {
            ask(model);
        }
    }

    private static Given given(int mode) {
        return new Given(
                null,
                (mode & WITH_ALPHABET) == 0 ? null : "ab",
                (mode & WITH_DOCUMENTS) == 0 ? null : Corpus.of("ab\nba\nb"));
    }

    private static byte[] assembled(byte[] parts) {
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
            throw new AssertionError(what + " is not the same");
        }
    }

    /// Any weights may come, also some that are no good.
    private static void ask(MicroGpt model) {
        try {
            model.generate(0.5);
            if (model.corpus().size() > 0) {
                model.advance();
            }
        } catch (DivergedException _) {
            // told in an orderly way
        }
    }

    // ---- seeds

    /// Writes small real checkpoints, whole and in parts: of both engines and generators, and weights
    /// alone.
    static void writeSeeds(Path directory) throws IOException {
        for (EngineKind engine : EngineKind.values()) {
            for (RandomKind random : RandomKind.values()) {
                byte[] file = write(trained(engine, random));
                String name = "%s-%s".formatted(engine, random);
                writeSeed(directory, name, 0, file);
                writeSeed(directory, name + "-parts", IN_PARTS, parts(file));
            }
        }
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
        MicroGpt model =
                new MicroGpt(
                        ModelOptions.builder()
                                .engine(engine)
                                .random(random)
                                .nEmbd(2)
                                .nHead(1)
                                .blockSize(2)
                                .build());
        model.loadData(TEXT);
        model.initParams();
        model.trainStep();
        return model.checkpoint();
    }

    /// In parts.
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
        return ByteBuffer.allocate(text.length + end).put(text).array(); // all are zero
    }

    private static byte[] parts(byte[] file) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        byte[] undigested =
                header.replaceFirst(",\"sha256\":\"[0-9a-f]*\"", "")
                        .getBytes(StandardCharsets.UTF_8);
        int dataStart = Long.BYTES + length;
        return ByteBuffer.allocate(undigested.length + 1 + file.length - dataStart)
                .put(undigested)
                .put((byte) 0)
                .put(file, dataStart, file.length - dataStart)
                .array();
    }
}
