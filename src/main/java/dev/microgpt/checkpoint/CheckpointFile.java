package dev.microgpt.checkpoint;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelOptions;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A checkpoint as a safetensors file.
///
/// The weights are there under their names in microgpt ([Matrix]), Adam's moments under the same with
/// `adam.m.` and `adam.v.` before them; `random` is the state of the generator, `documents` the training
/// text and `order` the order of its documents. The metadata has the options, the alphabet, the step, and
/// a SHA-256 of the whole file, in which its own 64 digits count as zeros.
public final class CheckpointFile {

    static final String FORMAT = "format";
    static final String FORMAT_NAME = "microgpt-1";
    static final String OPTIONS = "options";
    static final String ALPHABET = "alphabet";
    static final String STEP = "step";
    static final String NEXT_DOCUMENT = "nextDocument";
    static final String SHA256 = "sha256";
    static final Set<String> METADATA =
            Set.of(FORMAT, OPTIONS, ALPHABET, STEP, NEXT_DOCUMENT, SHA256);
    static final String NO_DIGEST = "0".repeat(64);

    static final String FIRST_MOMENT = "adam.m.";
    static final String SECOND_MOMENT = "adam.v.";
    static final String RANDOM = "random";
    static final String ORDER = "order";
    static final String DOCUMENTS = "documents";

    private final Checkpoint checkpoint;
    private final List<Matrix> matrices;
    private final Safetensors header;
    private final String digest;

    private CheckpointFile(Checkpoint checkpoint) throws IOException {
        this.checkpoint = checkpoint;
        matrices = matrices(checkpoint);
        digest = HexFormat.of().formatHex(sha256(header(NO_DIGEST)));
        header = header(digest);
    }

    private byte[] sha256(Safetensors file) throws IOException {
        MessageDigest sha256 = Sha256.create();
        write(file, new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        return sha256.digest();
    }

    public static CheckpointFile of(Checkpoint checkpoint) throws IOException {
        return new CheckpointFile(checkpoint);
    }

    static List<Matrix> matrices(Checkpoint checkpoint) {
        String alphabet = checkpoint.alphabet();
        int vocabSize = alphabet.codePointCount(0, alphabet.length()) + 1;
        return Matrix.of(checkpoint.options(), vocabSize);
    }

    /// SHA-256 as 64 digits, see above.
    public String digest() {
        return digest;
    }

    /// SHA-256 of the file as it is.
    public byte[] contentDigest() throws IOException {
        return sha256(header);
    }

    /// Its length in bytes.
    public long length() {
        return header.fileBytes();
    }

    public void writeTo(OutputStream out) throws IOException {
        write(header, out);
    }

    private Safetensors header(String sha256) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, FORMAT_NAME);
        metadata.put(OPTIONS, OptionsJson.write(checkpoint.options()));
        metadata.put(ALPHABET, checkpoint.alphabet());
        metadata.put(STEP, Long.toString(checkpoint.step()));
        metadata.put(NEXT_DOCUMENT, Integer.toString(checkpoint.nextDocument()));
        metadata.put(SHA256, sha256);
        Safetensors.Builder builder = new Safetensors.Builder(metadata);
        for (String prefix : List.of("", FIRST_MOMENT, SECOND_MOMENT)) {
            for (Matrix matrix : matrices) {
                builder.add(
                        prefix + matrix.name(),
                        numberType(checkpoint.options()),
                        matrix.rows(),
                        matrix.columns());
            }
        }
        builder.add(RANDOM, Dtype.I32, checkpoint.random().length);
        Corpus documents = checkpoint.documents();
        if (documents != null) {
            builder.add(ORDER, Dtype.I32, checkpoint.order().length);
            builder.add(DOCUMENTS, Dtype.U8, textBytes(documents));
        }
        return builder.build();
    }

    /// What the engine computes with: nothing is rounded.
    static Dtype numberType(ModelOptions options) {
        return options.engine() == EngineKind.SCALAR ? Dtype.F64 : Dtype.F32;
    }

    private static long textBytes(Corpus documents) {
        long bytes = 0;
        for (int i = 0; i < documents.size(); i++) {
            bytes += documents.document(i).getBytes(StandardCharsets.UTF_8).length + 1L;
        }
        return bytes;
    }

    private void write(Safetensors file, OutputStream stream) throws IOException {
        stream.write(file.lengthBytes());
        stream.write(file.headerBytes());
        TensorOutput out = new TensorOutput(stream);
        Dtype type = numberType(checkpoint.options());
        for (double[] numbers : List.of(checkpoint.params(), checkpoint.m(), checkpoint.v())) {
            out.write(type, numbers);
        }
        out.write(checkpoint.random());
        Corpus documents = checkpoint.documents();
        if (documents != null) {
            out.write(checkpoint.order());
            for (int i = 0; i < documents.size(); i++) {
                out.write((documents.document(i) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        out.flush();
    }
}
