package dev.microgpt.checkpoint;

import dev.microgpt.checkpoint.Safetensors.Tensor;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Reads a checkpoint from a safetensors file: one of ours, or one with weights alone, whose options are
/// then given by the caller. All that the header says is checked before memory is taken for it.
public final class CheckpointReader {

    /// What a file with weights alone leaves open.
    ///
    /// @param options of which the shape is taken from the weights; null for the defaults
    /// @param alphabet in the order of the token ids; null where there are documents
    /// @param documents to train on; null for none
    /// @param shape that any file must have
    public record Given(
            ModelOptions.@Nullable Builder options,
            @Nullable String alphabet,
            @Nullable Corpus documents,
            ExpectedShape shape) {

        /// Whatever the shape.
        public Given(
                ModelOptions.@Nullable Builder options,
                @Nullable String alphabet,
                @Nullable Corpus documents) {
            this(options, alphabet, documents, ExpectedShape.NONE);
        }

        boolean isNothing() {
            return options == null && alphabet == null && documents == null;
        }
    }

    /// Whether a model may be made.
    public interface Gate {

        /// @param characters that its documents may have at most; 0 where there are none
        /// @throws RuntimeException if it is too large
        void check(ModelOptions options, int vocabSize, long characters);
    }

    private final InputStream in;
    private final Given given;
    private final Corpus.Limits limits;
    private final Gate gate;

    private CheckpointReader(InputStream in, Given given, Corpus.Limits limits, Gate gate) {
        this.in = in;
        this.given = given;
        this.limits = limits;
        this.gate = gate;
    }

    /// @param in the file and nothing else
    /// @throws InvalidCheckpointException if it is not a checkpoint
    /// @throws dev.microgpt.engine.InvalidInputException if an option or the text is out of range
    public static Checkpoint read(InputStream in, Given given, Corpus.Limits limits, Gate gate)
            throws IOException {
        return new CheckpointReader(in, given, limits, gate).read();
    }

    private Checkpoint read() throws IOException {
        Safetensors file = Safetensors.readHeader(in);
        Map<String, String> metadata = file.metadata();
        boolean isOurs =
                metadata.containsKey(CheckpointFile.FORMAT)
                        && CheckpointFile.FORMAT_NAME.equals(metadata.get(CheckpointFile.FORMAT));
        if (isOurs && !given.isNothing()) {
            throw new InvalidCheckpointException(
                    "the file has its own options and alphabet: they cannot be given as well");
        }
        if (isOurs && !CheckpointFile.METADATA.containsAll(metadata.keySet())) {
            throw new InvalidCheckpointException(
                    "the metadata of a checkpoint has %s and nothing else"
                            .formatted(CheckpointFile.METADATA));
        }
        ModelOptions options =
                isOurs ? OptionsJson.read(text(metadata, CheckpointFile.OPTIONS)) : derived(file);
        String alphabet = isOurs ? text(metadata, CheckpointFile.ALPHABET) : givenAlphabet();
        int vocabSize = alphabet.codePointCount(0, alphabet.length()) + 1;
        Tensor text = file.tensors().get(CheckpointFile.DOCUMENTS);
        given.shape.requireOf(options, vocabSize);
        gate.check(options, vocabSize, text == null ? 0 : text.size());
        List<Matrix> matrices = Matrix.of(options, vocabSize);
        requireTensors(file, matrices, options, isOurs);

        Contents contents = new Contents(matrices);
        TensorInput input = new TensorInput(in, digestOf(file));
        for (Tensor tensor : file.tensors().values()) {
            contents.read(tensor, input);
        }
        input.requireEnd();
        requireDigest(metadata.get(CheckpointFile.SHA256), input.digest());
        Corpus documents = isOurs ? contents.documents : given.documents;
        return new Checkpoint(
                options,
                alphabet,
                isOurs ? number(metadata, CheckpointFile.STEP) : 0,
                contents.params,
                contents.m,
                contents.v,
                contents.random == null
                        ? options.random().create(options.seed()).words()
                        : contents.random,
                documents,
                contents.order == null ? inOrder(documents) : contents.order,
                isOurs ? (int) number(metadata, CheckpointFile.NEXT_DOCUMENT) : 0);
    }

    private static int[] inOrder(@Nullable Corpus documents) {
        int[] order = new int[documents == null ? 0 : documents.size()];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static String text(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new InvalidCheckpointException("the metadata has no '%s'".formatted(key));
        }
        return value;
    }

    private static long number(Map<String, String> metadata, String key) {
        String value = text(metadata, key);
        try {
            long number = Long.parseLong(value);
            if (number >= 0
                    && (!key.equals(CheckpointFile.NEXT_DOCUMENT) || number < Integer.MAX_VALUE)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new InvalidCheckpointException("the %s cannot be '%s'".formatted(key, value));
    }

    private String givenAlphabet() {
        if (given.alphabet != null) {
            return given.alphabet;
        }
        if (given.documents != null) {
            return given.documents.tokenizer().alphabet();
        }
        throw new InvalidCheckpointException(
                "the file has weights alone: give the alphabet, or documents");
    }

    /// The shape of a model from the shapes of its weights.
    private ModelOptions derived(Safetensors file) {
        int layers = 0;
        while (file.tensors().containsKey("layer" + layers + ".attn_wq")) {
            layers++;
        }
        Tensor wpe = file.tensors().get("wpe");
        if (wpe == null || wpe.shape().size() != 2 || layers == 0) {
            throw new InvalidCheckpointException(
                    "the file has no weights of a microgpt: wte, wpe, lm_head, layer0.attn_wq, …");
        }
        ModelOptions.Builder builder =
                given.options == null ? ModelOptions.builder() : given.options;
        return builder.nLayer(layers)
                .blockSize((int) Math.min(Integer.MAX_VALUE, wpe.shape().get(0)))
                .nEmbd((int) Math.min(Integer.MAX_VALUE, wpe.shape().get(1)))
                .build();
    }

    /// Every tensor has the type and shape that the options ask for; none is missing, none unknown.
    private void requireTensors(
            Safetensors file, List<Matrix> matrices, ModelOptions options, boolean isOurs) {
        List<String> wanted = new ArrayList<>();
        for (Matrix matrix : matrices) {
            wanted.add(matrix.name());
        }
        boolean hasMoments = file.tensors().containsKey(CheckpointFile.FIRST_MOMENT + "wte");
        if (hasMoments || isOurs) {
            for (String prefix :
                    List.of(CheckpointFile.FIRST_MOMENT, CheckpointFile.SECOND_MOMENT)) {
                matrices.forEach(matrix -> wanted.add(prefix + matrix.name()));
            }
        }
        int size = matrices.size();
        for (int i = 0; i < wanted.size(); i++) {
            requireMatrix(file.tensors().get(wanted.get(i)), wanted.get(i), matrices.get(i % size));
        }
        int known = wanted.size();
        if (isOurs) {
            int words = options.random().create(options.seed()).words().length;
            requireVector(file, CheckpointFile.RANDOM, Dtype.I32, words);
            known++;
            if (file.tensors().containsKey(CheckpointFile.DOCUMENTS)) {
                requireVector(
                        file,
                        CheckpointFile.DOCUMENTS,
                        Dtype.U8,
                        limits.maxBytes() + limits.maxDocuments());
                requireVector(file, CheckpointFile.ORDER, Dtype.I32, limits.maxDocuments());
                known += 2;
            }
        }
        if (file.tensors().size() > known) {
            throw new InvalidCheckpointException(
                    "the file has %d tensors, but a checkpoint with these options has %d"
                            .formatted(file.tensors().size(), known));
        }
    }

    private static void requireMatrix(@Nullable Tensor tensor, String name, Matrix matrix) {
        if (tensor == null) {
            throw new InvalidCheckpointException("the file has no tensor '%s'".formatted(name));
        }
        List<Long> shape = List.of((long) matrix.rows(), (long) matrix.columns());
        if (!tensor.shape().equals(shape)) {
            throw new InvalidCheckpointException(
                    "'%s' must have the shape %s, but has %s"
                            .formatted(name, shape, tensor.shape()));
        }
        if (tensor.type() == Dtype.I32 || tensor.type() == Dtype.U8) {
            throw new InvalidCheckpointException(
                    "the dtype of '%s' must be F64, F32, F16 or BF16, but is %s"
                            .formatted(name, tensor.type()));
        }
    }

    private static void requireVector(Safetensors file, String name, Dtype type, long most) {
        Tensor tensor = file.tensors().get(name);
        if (tensor == null || tensor.type() != type || tensor.shape().size() != 1) {
            throw new InvalidCheckpointException(
                    "the file must have '%s' as a vector of %s".formatted(name, type));
        }
        if (tensor.size() > most) {
            throw new InvalidCheckpointException(
                    "'%s' may have %d elements at most, but has %d"
                            .formatted(name, most, tensor.size()));
        }
    }

    /// Of the beginning of the file, with zeros for the digits of the digest itself.
    private static MessageDigest digestOf(Safetensors file) {
        MessageDigest digest = Sha256.create();
        digest.update(file.lengthBytes());
        byte[] header = file.headerBytes().clone();
        String claimed = file.metadata().get(CheckpointFile.SHA256);
        if (claimed != null) {
            String text = new String(header, StandardCharsets.ISO_8859_1);
            int place = text.indexOf('"' + claimed + '"');
            if (place >= 0) {
                Arrays.fill(header, place + 1, place + 1 + claimed.length(), (byte) '0');
            }
        }
        digest.update(header);
        return digest;
    }

    private static void requireDigest(@Nullable String claimed, byte[] actual) {
        if (claimed != null && !claimed.equals(HexFormat.of().formatHex(actual))) {
            throw new InvalidCheckpointException(
                    "the file is damaged: its SHA-256 is not what its metadata says");
        }
    }

    /// What the tensors hold.
    private final class Contents {

        final double[] params;
        final double[] m;
        final double[] v;
        int @Nullable [] random;
        int @Nullable [] order;
        @Nullable Corpus documents;
        private final List<Matrix> matrices;

        Contents(List<Matrix> matrices) {
            this.matrices = matrices;
            Matrix last = matrices.getLast();
            int numParams = last.offset() + last.size();
            params = new double[numParams];
            m = new double[numParams];
            v = new double[numParams];
        }

        void read(Tensor tensor, TensorInput input) throws IOException {
            String name = tensor.name();
            switch (name) {
                case CheckpointFile.RANDOM -> random = input.integers((int) tensor.size());
                case CheckpointFile.ORDER -> order = input.integers((int) tensor.size());
                case CheckpointFile.DOCUMENTS ->
                        documents = Corpus.read(input.bytes(tensor.size()), limits);
                default -> {
                    if (name.startsWith(CheckpointFile.FIRST_MOMENT)) {
                        readMatrix(
                                name.substring(CheckpointFile.FIRST_MOMENT.length()),
                                m,
                                tensor,
                                input);
                    } else if (name.startsWith(CheckpointFile.SECOND_MOMENT)) {
                        readMatrix(
                                name.substring(CheckpointFile.SECOND_MOMENT.length()),
                                v,
                                tensor,
                                input);
                    } else {
                        readMatrix(name, params, tensor, input);
                    }
                }
            }
        }

        private void readMatrix(String name, double[] into, Tensor tensor, TensorInput input)
                throws IOException {
            for (Matrix matrix : matrices) {
                if (matrix.name().equals(name)) {
                    input.numbers(tensor.type(), into, matrix.offset(), matrix.size());
                    return;
                }
            }
            throw new InvalidCheckpointException("'%s' is no tensor of a microgpt".formatted(name));
        }
    }
}
