package dev.microgpt.checkpoint;

import dev.microgpt.checkpoint.Safetensors.Tensor;
import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.TokenizerKind;

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

/// Reads a checkpoint from a safetensors file. The file is either a complete checkpoint, as written by
/// [CheckpointFile], or holds only weights; then the caller supplies what is missing. The whole header is
/// checked before memory is allocated for the tensors.
public final class CheckpointReader {

    /// The values that the caller supplies for a file with weights only.
    ///
    /// @param options the options, except for the shape, which comes from the weights; null for the defaults
    /// @param alphabet the characters in the order of their token ids; null to use that of the documents
    /// @param documents the documents to train on; null for none
    /// @param shape the shape that the caller expects, of any file
    public record Given(
            ModelOptions.@Nullable Builder options,
            @Nullable String alphabet,
            @Nullable Corpus documents,
            ExpectedShape shape) {

        /// Supplies values without an expected shape.
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

    /// Decides whether a model may be created, before memory is allocated for it.
    public interface AdmissionCheck {

        /// @param characters upper bound for the length of the documents in the file; 0 if there are none
        /// @throws RuntimeException if the model is too large
        void check(ModelOptions options, int vocabSize, long characters);
    }

    /// Finds the tokens of the documents that the caller supplies, once the model has been admitted.
    public interface Tokenising {

        /// Returns documents in the tokens that options demand.
        ///
        /// @param characters documents of characters
        Corpus tokens(Corpus characters, ModelOptions options);
    }

    private final InputStream in;
    private final Given given;
    private final Corpus.Limits limits;
    private final AdmissionCheck admission;
    private final Tokenising tokenising;

    private CheckpointReader(
            InputStream in,
            Given given,
            Corpus.Limits limits,
            AdmissionCheck admission,
            Tokenising tokenising) {
        this.in = in;
        this.given = given;
        this.limits = limits;
        this.admission = admission;
        this.tokenising = tokenising;
    }

    /// Reads a checkpoint.
    ///
    /// @param in the whole file and nothing else
    /// @param limits limits for the documents in the file
    /// @throws InvalidCheckpointException if the file is not a valid checkpoint
    /// @throws dev.microgpt.engine.InvalidInputException if an option or the text is out of range
    public static Checkpoint read(
            InputStream in, Given given, Corpus.Limits limits, AdmissionCheck admission)
            throws IOException {
        return read(
                in,
                given,
                limits,
                admission,
                (characters, options) -> characters.tokenised(options.tokenization()));
    }

    /// Reads a checkpoint. The caller decides how the tokens of the given documents are found.
    ///
    /// @param in the whole file and nothing else
    /// @param limits limits for the documents in the file
    /// @param tokenising finds the tokens
    /// @throws InvalidCheckpointException if the file is not a valid checkpoint
    /// @throws dev.microgpt.engine.InvalidInputException if an option or the text is out of range
    public static Checkpoint read(
            InputStream in,
            Given given,
            Corpus.Limits limits,
            AdmissionCheck admission,
            Tokenising tokenising)
            throws IOException {
        return new CheckpointReader(in, given, limits, admission, tokenising).read();
    }

    private Checkpoint read() throws IOException {
        Safetensors file = Safetensors.readHeader(in);
        Map<String, String> metadata = file.metadata();
        boolean isCheckpoint =
                metadata.containsKey(CheckpointFile.FORMAT)
                        && CheckpointFile.FORMAT_NAME.equals(metadata.get(CheckpointFile.FORMAT));
        if (isCheckpoint && !given.isNothing()) {
            throw new InvalidCheckpointException(
                    "options, alphabet and documents are in the file and must not be given");
        }
        if (isCheckpoint && !CheckpointFile.METADATA.containsAll(metadata.keySet())) {
            throw new InvalidCheckpointException(
                    "the metadata of a checkpoint must have only the keys %s"
                            .formatted(CheckpointFile.METADATA));
        }
        ModelOptions options =
                isCheckpoint
                        ? OptionsJson.read(text(metadata, CheckpointFile.OPTIONS))
                        : deriveOptions(file);
        Vocabulary vocabulary = isCheckpoint ? vocabulary(file, options) : givenVocabulary(options);
        int vocabSize = vocabulary.size;
        Tensor text = file.tensors().get(CheckpointFile.DOCUMENTS);
        given.shape.requireMatches(options, vocabSize);
        admission.check(options, vocabSize, text == null ? 0 : text.size());
        List<Matrix> matrices = Matrix.of(options, vocabSize);
        requireTensors(file, matrices, options, isCheckpoint);
        Corpus givenDocuments = vocabulary.documents;
        if (!isCheckpoint && vocabulary.tokenizer == null && givenDocuments != null) {
            givenDocuments = tokenising.tokens(givenDocuments, options);
            requireTokens(givenDocuments.tokenizer(), vocabSize);
        }

        Contents contents = new Contents(matrices);
        TensorInput input = new TensorInput(in, digestOf(file));
        for (Tensor tensor : file.tensors().values()) {
            contents.read(tensor, input);
        }
        input.requireEnd();
        requireDigest(metadata.get(CheckpointFile.SHA256), input.digest());
        Tokenizer tokenizer = vocabulary.tokenizer;
        if (tokenizer == null) {
            tokenizer =
                    givenDocuments == null
                            ? BpeTokenizer.of(contents.merges)
                            : givenDocuments.tokenizer();
        }
        Corpus documents = isCheckpoint ? contents.documents(tokenizer) : givenDocuments;
        return new Checkpoint(
                options,
                tokenizer,
                isCheckpoint ? number(metadata, CheckpointFile.STEP) : 0,
                contents.params,
                contents.m,
                contents.v,
                contents.random == null
                        ? options.random().create(options.seed()).words()
                        : contents.random,
                documents,
                contents.order == null ? textOrder(documents) : contents.order,
                isCheckpoint ? (int) number(metadata, CheckpointFile.NEXT_DOCUMENT) : 0);
    }

    private static int[] textOrder(@Nullable Corpus documents) {
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
            // reported below
        }
        throw new InvalidCheckpointException("the %s cannot be '%s'".formatted(key, value));
    }

    /// The tokens that a file is for.
    ///
    /// @param size V
    /// @param tokenizer null if the merges are yet to be read from the file, or found in the given documents
    /// @param documents the documents that the caller supplies, of characters
    private record Vocabulary(
            int size, @Nullable Tokenizer tokenizer, @Nullable Corpus documents) {}

    private static Vocabulary vocabulary(Safetensors file, ModelOptions options) {
        if (options.tokenization().tokenizer() == TokenizerKind.CHARS) {
            Tokenizer tokenizer = CharTokenizer.of(text(file.metadata(), CheckpointFile.ALPHABET));
            return new Vocabulary(tokenizer.vocabSize(), tokenizer, null);
        }
        Tensor merges = file.tensors().get(CheckpointFile.MERGES);
        if (merges == null) {
            BpeTokenizer bytes = BpeTokenizer.of(new int[0]);
            return new Vocabulary(bytes.vocabSize(), bytes, null);
        }
        int most = options.tokenization().vocabSize() - BpeTokenizer.BYTES - 1;
        boolean isTable = merges.shape().size() == 2 && merges.shape().get(1) == 3;
        if (merges.type() != Dtype.I32 || !isTable || merges.shape().get(0) > most) {
            throw new InvalidCheckpointException(
                    "'%s' must be a table of I32 with three columns and at most vocabSize - 257 rows"
                            .formatted(CheckpointFile.MERGES));
        }
        int numMerges = merges.shape().get(0).intValue();
        return new Vocabulary(BpeTokenizer.BYTES + numMerges + 1, null, null);
    }

    private Vocabulary givenVocabulary(ModelOptions options) {
        Corpus documents = given.documents;
        if (options.tokenization().tokenizer() == TokenizerKind.BPE) {
            if (documents == null) {
                throw new InvalidCheckpointException(
                        "the file has only weights: documents must be given whose byte pairs are its"
                                + " tokens");
            }
            return new Vocabulary(options.tokenization().vocabSize(), null, documents);
        }
        if (given.alphabet != null) {
            Tokenizer tokenizer = CharTokenizer.of(given.alphabet);
            return new Vocabulary(tokenizer.vocabSize(), tokenizer, documents);
        }
        if (documents != null) {
            return new Vocabulary(
                    documents.tokenizer().vocabSize(), documents.tokenizer(), documents);
        }
        throw new InvalidCheckpointException(
                "the file has only weights: the alphabet or documents must be given");
    }

    private static void requireTokens(Tokenizer tokenizer, int rows) {
        if (tokenizer.vocabSize() != rows) {
            throw new InvalidCheckpointException(
                    "'wte' has %d rows, but the documents have only %d tokens"
                            .formatted(rows, tokenizer.vocabSize()));
        }
    }

    /// Returns the given options with the shape of the weights. The context length is that of wpe; for a model without
    /// learned positions, the given one.
    private ModelOptions deriveOptions(Safetensors file) {
        int layers = 0;
        while (file.tensors().containsKey("layer" + layers + ".attn_wq")) {
            layers++;
        }
        Tensor wte = file.tensors().get("wte");
        Tensor wpe = file.tensors().get("wpe");
        if (wte == null
                || wte.shape().size() != 2
                || (wpe != null && wpe.shape().isEmpty())
                || layers == 0) {
            throw new InvalidCheckpointException(
                    "the file has no weights of a microgpt model: wte, wpe, lm_head, layer0.attn_wq, …");
        }
        ModelOptions.Builder builder =
                given.options == null ? ModelOptions.builder() : given.options;
        if (wpe != null) {
            builder.blockSize(clamped(wpe.shape().getFirst()));
        } else if (given.shape.blockSize() != null) {
            builder.blockSize(given.shape.blockSize());
        }
        builder.nLayer(layers).nEmbd(clamped(wte.shape().get(1)));
        ModelOptions options = builder.build();
        if (options.tokenization().tokenizer() != TokenizerKind.BPE) {
            return options;
        }
        ModelOption.VOCAB_SIZE.write(builder, wte.shape().getFirst());
        return builder.build();
    }

    private static int clamped(long size) {
        return (int) Math.min(Integer.MAX_VALUE, size);
    }

    /// Checks that every tensor has the type and shape required by the options, and that no tensor is missing
    /// or unknown.
    private void requireTensors(
            Safetensors file, List<Matrix> matrices, ModelOptions options, boolean isCheckpoint) {
        List<String> required = new ArrayList<>();
        for (Matrix matrix : matrices) {
            required.add(matrix.name());
        }
        boolean hasMoments = file.tensors().containsKey(CheckpointFile.FIRST_MOMENT + "wte");
        if (hasMoments || isCheckpoint) {
            for (String prefix :
                    List.of(CheckpointFile.FIRST_MOMENT, CheckpointFile.SECOND_MOMENT)) {
                matrices.forEach(matrix -> required.add(prefix + matrix.name()));
            }
        }
        int size = matrices.size();
        for (int i = 0; i < required.size(); i++) {
            requireMatrix(
                    file.tensors().get(required.get(i)), required.get(i), matrices.get(i % size));
        }
        int known = required.size();
        if (isCheckpoint) {
            int words = options.random().create(options.seed()).words().length;
            requireVector(file, CheckpointFile.RANDOM, Dtype.I32, words);
            known++;
            if (file.tensors().containsKey(CheckpointFile.DOCUMENTS)) {
                long lineBreaks = limits.maxDocuments();
                requireVector(
                        file,
                        CheckpointFile.DOCUMENTS,
                        Dtype.U8,
                        Math.min(limits.maxBytes(), Long.MAX_VALUE - lineBreaks) + lineBreaks);
                requireVector(file, CheckpointFile.ORDER, Dtype.I32, limits.maxDocuments());
                known += 2;
            }
            if (options.tokenization().tokenizer() == TokenizerKind.BPE
                    && file.tensors().containsKey(CheckpointFile.MERGES)) {
                known++; // whose shape has been checked
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

    private static void requireVector(Safetensors file, String name, Dtype type, long maxSize) {
        Tensor tensor = file.tensors().get(name);
        if (tensor == null || tensor.type() != type || tensor.shape().size() != 1) {
            throw new InvalidCheckpointException(
                    "the file must have '%s' as a vector of %s".formatted(name, type));
        }
        if (tensor.size() > maxSize) {
            throw new InvalidCheckpointException(
                    "'%s' must have at most %d elements, but has %d"
                            .formatted(name, maxSize, tensor.size()));
        }
    }

    /// Returns a digest of the beginning of the file, with zeros in place of the digits of the digest itself.
    private static MessageDigest digestOf(Safetensors file) {
        MessageDigest digest = Sha256.create();
        digest.update(file.lengthBytes());
        byte[] header = file.headerBytes().clone();
        String claimed = file.metadata().get(CheckpointFile.SHA256);
        if (claimed != null) {
            String text = new String(header, StandardCharsets.ISO_8859_1);
            int quote = text.indexOf('"' + claimed + '"');
            if (quote >= 0) {
                Arrays.fill(header, quote + 1, quote + 1 + claimed.length(), (byte) '0');
            }
        }
        digest.update(header);
        return digest;
    }

    private static void requireDigest(@Nullable String claimed, byte[] actual) {
        if (claimed != null && !claimed.equals(HexFormat.of().formatHex(actual))) {
            throw new InvalidCheckpointException(
                    "the file is damaged: its SHA-256 does not match its metadata");
        }
    }

    /// The content of the tensors.
    private final class Contents {

        final double[] params;
        final double[] m;
        final double[] v;
        int @Nullable [] random;
        int @Nullable [] order;
        int[] merges = {};
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

        /// Returns the documents in these tokens.
        @Nullable Corpus documents(Tokenizer tokenizer) {
            return documents != null && documents.isKnownTo(tokenizer)
                    ? documents.inTokensOf(tokenizer, false)
                    : documents; // which the checkpoint refuses
        }

        void read(Tensor tensor, TensorInput input) throws IOException {
            String name = tensor.name();
            switch (name) {
                case CheckpointFile.RANDOM -> random = input.integers((int) tensor.size());
                case CheckpointFile.ORDER -> order = input.integers((int) tensor.size());
                case CheckpointFile.MERGES -> merges = input.integers((int) tensor.size());
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
            throw new InvalidCheckpointException(
                    "'%s' is not a tensor of a microgpt model".formatted(name));
        }
    }
}
