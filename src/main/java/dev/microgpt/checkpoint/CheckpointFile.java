package dev.microgpt.checkpoint;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
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

/// Writes a checkpoint as a safetensors file.
///
/// Tensors:
///
/// - the weights, under their names in microgpt ([Matrix]), as F64 for the scalar engine and F32 for the
///   tensor engine, so that nothing is rounded
/// - Adam's moments, under the same names with the prefixes `adam.m.` and `adam.v.`, of the same type
/// - `random`: the state of the generator, I32
/// - `order`: the training order of the documents, I32; absent without documents
/// - `documents`: the training text in UTF-8, one document per line, U8; absent without documents
/// - `merges`: for byte pairs, the ids of the left and right token of each merge, and its count, I32; absent without
///   merges
///
/// The metadata holds the format name, the options, the alphabet unless the tokens are byte pairs, the step, the next
/// document, and a SHA-256 digest of the whole file. For the digest, its own 64 digits count as zeros.
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
    static final String ZERO_DIGEST = "0".repeat(64);

    static final String FIRST_MOMENT = "adam.m.";
    static final String SECOND_MOMENT = "adam.v.";
    static final String RANDOM = "random";
    static final String ORDER = "order";
    static final String DOCUMENTS = "documents";
    static final String MERGES = "merges";

    private final Checkpoint checkpoint;
    private final List<Matrix> matrices;
    private final Safetensors header;
    private final String digest;

    private CheckpointFile(Checkpoint checkpoint) throws IOException {
        this.checkpoint = checkpoint;
        matrices = matrices(checkpoint);
        digest = HexFormat.of().formatHex(sha256(header(ZERO_DIGEST)));
        header = header(digest);
    }

    private byte[] sha256(Safetensors file) throws IOException {
        MessageDigest sha256 = Sha256.create();
        write(file, new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        return sha256.digest();
    }

    /// Returns the file of a checkpoint.
    public static CheckpointFile of(Checkpoint checkpoint) throws IOException {
        return new CheckpointFile(checkpoint);
    }

    static List<Matrix> matrices(Checkpoint checkpoint) {
        return Matrix.of(checkpoint.options(), checkpoint.tokenizer().vocabSize());
    }

    /// Returns the SHA-256 digest in the file's metadata, as 64 hexadecimal digits.
    public String digest() {
        return digest;
    }

    /// Returns the SHA-256 digest of the bytes of the file.
    public byte[] contentDigest() throws IOException {
        return sha256(header);
    }

    /// Returns the length of the file in bytes.
    public long length() {
        return header.fileBytes();
    }

    /// Writes the file to a stream.
    public void writeTo(OutputStream out) throws IOException {
        write(header, out);
    }

    private Safetensors header(String sha256) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, FORMAT_NAME);
        metadata.put(OPTIONS, OptionsJson.write(checkpoint.options()));
        if (checkpoint.tokenizer() instanceof CharTokenizer characters) {
            metadata.put(ALPHABET, characters.alphabet());
        }
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
        int[] merges = merges();
        if (merges.length > 0) {
            builder.add(MERGES, Dtype.I32, merges.length / 3, 3);
        }
        return builder.build();
    }

    private int[] merges() {
        return checkpoint.tokenizer() instanceof BpeTokenizer pairs ? pairs.merges() : new int[0];
    }

    /// Returns the type that the engine computes with, so that nothing is rounded.
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
        out.write(merges());
        out.flush();
    }
}
