package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The tokenised documents of a training text. Each line that is not blank is one document, without leading
/// and trailing white space.
///
/// Lines end with `\n`. White space is what JavaScript's `trim` removes, which includes `\r` and a byte
/// order mark. Documents keep the order of the text and are stored as token ids, two bytes per token. A token of a
/// text that has been read is a character; [#tokenised] gives byte pairs. Immutable, so that models can share a corpus.
public final class Corpus {

    /// The largest vocabulary that two bytes per token allow.
    static final int MAX_VOCABULARY = 65_536;

    /// How many unknown characters a message names.
    private static final int MAX_NAMED = 10;

    private static final int BUFFER_SIZE = 1 << 13;

    /// Up to this context, a suggestion cuts off no document: a few positions more cost little.
    private static final int GENEROUS_CONTEXT = 64;

    private final Tokenizer tokenizer;
    private final Tokenization tokenization; // for which the tokens were made
    private final char[] tokens; // (tokens of all documents, end to end)
    private final int[] ends; // (numDocs), the end of each document in tokens, exclusive
    private final int longest; // in tokens
    private final int characters;
    private final int longestCharacters;
    private final int duplicates;

    /// A hash table of the distinct documents: 1 + index of a document in each slot, 0 if the slot is free. It
    /// has two to four slots per document, so that a few probes find each.
    private final int[] table;

    /// These documents in byte pairs, by the wanted vocabulary, while a model refers to them.
    private final Map<Integer, WeakReference<Corpus>> bytePairs = new ConcurrentHashMap<>();

    /// Creates documents of characters.
    Corpus(CharTokenizer tokenizer, char[] tokens, int[] ends) {
        this(tokenizer, Tokenization.chars(), tokens, ends, tokens.length, longest(ends));
    }

    private Corpus(
            Tokenizer tokenizer,
            Tokenization tokenization,
            char[] tokens,
            int[] ends,
            int characters,
            int longestCharacters) {
        this.tokenizer = tokenizer;
        this.tokenization = tokenization;
        this.tokens = tokens;
        this.ends = ends;
        this.characters = characters;
        this.longestCharacters = longestCharacters;
        longest = longest(ends);
        int bits = Math.min(30, Integer.SIZE - Integer.numberOfLeadingZeros(2 * ends.length));
        table = new int[1 << Math.max(1, bits)];
        duplicates = fillTable();
    }

    private static int longest(int[] ends) {
        int longest = 0;
        int start = 0;
        for (int end : ends) {
            longest = Math.max(longest, end - start);
            start = end;
        }
        return longest;
    }

    /// Enters the documents into the table.
    ///
    /// @return how many of them equal an earlier one
    private int fillTable() {
        int count = 0;
        for (int i = 0; i < ends.length; i++) {
            int slot = firstSlot(hash(i));
            while (table[slot] != 0 && !isSame(table[slot] - 1, i)) {
                slot = slotAfter(slot);
            }
            if (table[slot] == 0) {
                table[slot] = i + 1;
            } else {
                count++;
            }
        }
        return count;
    }

    private int firstSlot(int hash) {
        // the upper bits of a multiplicative hash are the well-mixed ones
        return (hash * 0x9E3779B9) >>> (1 + Integer.numberOfLeadingZeros(table.length));
    }

    private int slotAfter(int slot) {
        return (slot + 1) & (table.length - 1);
    }

    private int hash(int index) {
        int hash = 0;
        for (int i = start(index); i < ends[index]; i++) {
            hash = 31 * hash + tokens[i];
        }
        return hash;
    }

    private boolean isSame(int index, int other) {
        return Arrays.equals(tokens, start(index), ends[index], tokens, start(other), ends[other]);
    }

    /// Returns the memory size of the documents, of their index and of byte pairs, in bytes.
    public long bytes() {
        long ofTokenizer = tokenizer instanceof BpeTokenizer pairs ? pairs.estimateBytes() : 0;
        return (long) Character.BYTES * tokens.length
                + (long) Integer.BYTES * (ends.length + table.length)
                + ofTokenizer;
    }

    /// Returns a corpus without documents for a model that is restored without them.
    static Corpus empty(Tokenizer tokenizer) {
        return new Corpus(tokenizer, tokenizationOf(tokenizer), new char[0], new int[0], 0, 0);
    }

    private static Tokenization tokenizationOf(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case CharTokenizer _ -> Tokenization.chars();
            case BpeTokenizer pairs -> new Tokenization(TokenizerKind.BPE, pairs.vocabSize());
        };
    }

    /// Returns these documents of characters, split into tokens as options demand. Byte pairs are found in the
    /// documents, which takes about half a second for each million bytes at most. Documents that were split as
    /// demanded are returned unchanged.
    ///
    /// @throws InvalidInputException if the text is too long for byte pairs
    /// @throws IllegalArgumentException if the documents are in byte pairs, and others or characters are demanded
    public Corpus tokenised(Tokenization wanted) {
        if (tokenization.isSame(wanted)) {
            return this;
        }
        if (tokenization.tokenizer() != TokenizerKind.CHARS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the documents are split for %s already, not for %s",
                            tokenization,
                            wanted));
        }
        Corpus known = knownBytePairs(wanted.vocabSize());
        if (known != null) {
            return known;
        }
        BpeTraining training = BpeTraining.of(this, wanted.vocabSize());
        while (training.mergeNext()) {
            // the training holds the result
        }
        return training.corpus();
    }

    /// Returns these documents in byte pairs while a model refers to them, so that models share them; otherwise null.
    ///
    /// @param vocabSize the wanted vocabulary
    public @Nullable Corpus knownBytePairs(int vocabSize) {
        WeakReference<Corpus> known = bytePairs.get(vocabSize);
        return known == null ? null : known.get();
    }

    void remember(int vocabSize, Corpus pairs) {
        bytePairs.put(vocabSize, new WeakReference<>(pairs));
    }

    /// Returns these documents of characters, split into byte pairs that are known.
    public Corpus tokenised(BpeTokenizer pairs) {
        BpeMerger merger = pairs.newMerger();
        char[] result = new char[tokens.length];
        int length = 0;
        int[] newEnds = new int[ends.length];
        for (int i = 0; i < ends.length; i++) {
            char[] document = merger.encode(document(i).getBytes(StandardCharsets.UTF_8));
            if (result.length - length < document.length) {
                long grown = Math.max(length + (length >> 1), (long) length + document.length);
                result = Arrays.copyOf(result, (int) Math.min(Integer.MAX_VALUE - 8, grown));
            }
            System.arraycopy(document, 0, result, length, document.length);
            length += document.length;
            newEnds[i] = length;
        }
        return withTokens(pairs, tokenizationOf(pairs), Arrays.copyOf(result, length), newEnds);
    }

    /// Returns these documents in the tokens of a model, so that it can continue with them.
    ///
    /// Byte pairs know every text. If the tokens are characters, those that the model does not know are refused, or
    /// added to its alphabet.
    ///
    /// @param model the tokens of the model; those of these documents must be characters, or the same
    /// @param grow whether characters that the model does not know are added
    /// @throws InvalidInputException if there are characters that the model does not know, and `grow` is false, or if
    ///     there are too many characters
    /// @throws IllegalArgumentException if the documents are in other byte pairs
    public Corpus inTokensOf(Tokenizer model, boolean grow) {
        if (tokenizer.equals(model)) {
            return this;
        }
        if (!(tokenizer instanceof CharTokenizer characters)) {
            throw new IllegalArgumentException(
                    "the documents are split into byte pairs already, which are not those of the model");
        }
        return switch (model) {
            case BpeTokenizer pairs -> tokenised(pairs);
            case CharTokenizer known -> {
                if (!grow) {
                    requireKnown(characters.unknownTo(known));
                }
                yield withAlphabet(characters, known.plus(characters));
            }
        };
    }

    /// Returns whether a model has tokens for all characters of these documents, which are in characters.
    public boolean isKnownTo(Tokenizer model) {
        return switch (model) {
            case BpeTokenizer _ -> true;
            case CharTokenizer known ->
                    tokenizer instanceof CharTokenizer characters
                            && characters.unknownTo(known).length == 0;
        };
    }

    private Corpus withAlphabet(CharTokenizer characters, CharTokenizer alphabet) {
        if (alphabet.equals(characters)) {
            return this;
        }
        char[] newIds = new char[characters.bos()];
        for (int id = 0; id < newIds.length; id++) {
            newIds[id] = (char) alphabet.idOf(characters.codePoint(id));
        }
        char[] newTokens = new char[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            newTokens[i] = newIds[tokens[i]];
        }
        return new Corpus(alphabet, newTokens, ends);
    }

    private static void requireKnown(int[] unknown) {
        if (unknown.length == 0) {
            return;
        }
        String named =
                Arrays.stream(unknown)
                        .limit(MAX_NAMED)
                        .mapToObj(c -> String.format(Locale.ROOT, "'%c' (U+%04X)", c, c))
                        .collect(Collectors.joining(", "));
        int more = unknown.length - MAX_NAMED;
        throw InvalidInputException.unknownCharacter(
                "text",
                new String(unknown, 0, Math.min(unknown.length, MAX_NAMED)),
                String.format(
                        Locale.ROOT,
                        "the model does not know %d %s of the text: %s%s; with grow=true they get tokens"
                                + " of their own",
                        unknown.length,
                        unknown.length == 1 ? "character" : "characters",
                        named,
                        more > 0 ? String.format(Locale.ROOT, " and %d more", more) : ""));
    }

    /// Returns whether each character of the alphabet occurs in the documents, so that these tell the alphabet. That
    /// is so for a text that has been read, and may not be so for one [in the tokens of a model][#inTokensOf].
    public boolean tellsAlphabet() {
        BitSet found = new BitSet();
        for (char token : tokens) {
            found.set(token);
        }
        return found.cardinality() == tokenizer.bos();
    }

    /// Returns these documents of characters, split into other tokens.
    ///
    /// @param wanted what the tokens were made for
    Corpus withTokens(BpeTokenizer pairs, Tokenization wanted, char[] newTokens, int[] newEnds) {
        return new Corpus(pairs, wanted, newTokens, newEnds, characters, longestCharacters);
    }

    /// The largest text that is accepted.
    ///
    /// @param maxBytes bytes of UTF-8, at least 1
    /// @param maxDocuments documents, at least 1
    /// @param maxVocabulary distinct characters, plus one for BOS; 2 to 65,536
    public record Limits(long maxBytes, int maxDocuments, int maxVocabulary) {

        /// No limits but memory, and the vocabulary that two bytes per token allow.
        public static final Limits NONE =
                new Limits(Long.MAX_VALUE, Integer.MAX_VALUE, MAX_VOCABULARY);

        /// @throws InvalidInputException if a limit is out of its range
        public Limits {
            InvalidInputException.requireRange("maxBytes", maxBytes, 1, Long.MAX_VALUE);
            InvalidInputException.requireRange("maxDocuments", maxDocuments, 1, Integer.MAX_VALUE);
            InvalidInputException.requireRange("maxVocabulary", maxVocabulary, 2, MAX_VOCABULARY);
        }
    }

    /// Splits a text into documents.
    ///
    /// @throws InvalidInputException if the text is blank, has a lone surrogate, or is too large
    public static Corpus of(String text) {
        return of(text, Limits.NONE);
    }

    /// Splits a text into documents, within limits.
    ///
    /// @throws InvalidInputException if the text is blank, has a lone surrogate, or exceeds a limit
    public static Corpus of(String text, Limits limits) {
        requireSize(utf8Length(text), limits);
        CorpusBuilder builder = new CorpusBuilder(limits);
        text.codePoints().forEach(builder::accept);
        return builder.build();
    }

    /// Reads a text as UTF-8 and splits it into documents, without holding the whole text in memory.
    ///
    /// @throws InvalidInputException if the text is blank, is not valid UTF-8, or exceeds a limit
    /// @throws IOException if reading fails
    public static Corpus read(InputStream utf8, Limits limits) throws IOException {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        CorpusBuilder builder = new CorpusBuilder(limits);
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_SIZE);
        CharBuffer chars = CharBuffer.allocate(BUFFER_SIZE);
        long decoded = 0;
        boolean atEnd = false;
        while (!atEnd) {
            int read = utf8.read(bytes.array(), bytes.position(), bytes.remaining());
            atEnd = read < 0;
            bytes.position(bytes.position() + Math.max(0, read)).flip();
            requireSize(decoded + bytes.remaining(), limits);
            CoderResult result = decoder.decode(bytes, chars, atEnd);
            decoded += bytes.position();
            if (result.isError()) {
                throw InvalidInputException.invalidText(
                        "text",
                        "the text is not valid UTF-8: malformed bytes at offset " + decoded);
            }
            bytes.compact();
            // The decoder of UTF_8 never splits a surrogate pair between buffers.
            chars.flip().codePoints().forEach(builder::accept);
            chars.clear();
        }
        return builder.build();
    }

    private static void requireSize(long bytes, Limits limits) {
        if (bytes > limits.maxBytes()) {
            throw InvalidInputException.tooLarge(
                    "textBytes",
                    limits.maxBytes(),
                    String.format(
                            Locale.ROOT, "the text is larger than %d bytes", limits.maxBytes()));
        }
    }

    /// Returns the length of a text in bytes of UTF-8.
    ///
    /// @throws InvalidInputException if the text has a lone surrogate
    public static long utf8Length(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (isPair(text, i)) {
                bytes += 4;
                i++;
            } else {
                throw InvalidInputException.invalidText(
                        "text",
                        String.format(
                                Locale.ROOT,
                                "the text has a lone surrogate, \\u%04X, at index %d",
                                (int) c,
                                i));
            }
        }
        return bytes;
    }

    private static boolean isPair(String text, int index) {
        return index + 1 < text.length()
                && Character.isSurrogatePair(text.charAt(index), text.charAt(index + 1));
    }

    /// Returns the number of documents; 0 only for a model that was restored without documents.
    public int size() {
        return ends.length;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Returns the length of the longest document in tokens.
    public int longest() {
        return longest;
    }

    /// Returns the length of the document with the most characters, in characters.
    public int longestCharacters() {
        return longestCharacters;
    }

    /// Returns the length of all documents together, in characters.
    public int characters() {
        return characters;
    }

    /// Returns the number of tokens of all documents together, without BOS.
    public int numTokens() {
        return tokens.length;
    }

    /// Returns a token of the documents.
    ///
    /// @param index 0 to numTokens() - 1
    int token(int index) {
        return tokens[index];
    }

    /// Returns the end of a document as an index in the tokens, exclusive.
    int end(int document) {
        return ends[document];
    }

    /// Returns how many documents equal an earlier one.
    public int duplicates() {
        return duplicates;
    }

    /// Returns how many documents training cuts off. A document of n tokens needs n + 1 positions: BOS
    /// and each token are read to predict the token after them.
    ///
    /// @param blockSize longest context in tokens, at least 1
    public int truncated(int blockSize) {
        int count = 0;
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] - start(i) >= blockSize) {
                count++;
            }
        }
        return count;
    }

    /// Returns the smallest context that cuts off no document; if that is above 64, the smallest that cuts
    /// off at most 1% of the documents.
    ///
    /// @param max the largest allowed context, in tokens
    /// @return 1 to max
    public int suggestedBlockSize(int max) {
        int needed = longest + 1;
        if (needed > GENEROUS_CONTEXT) {
            needed = blockSizeCutting(size() / 100);
        }
        return Math.min(max, needed);
    }

    /// Returns the smallest context that cuts off at most this many documents.
    private int blockSizeCutting(int documents) {
        int[] lengths = new int[ends.length];
        for (int i = 0; i < ends.length; i++) {
            lengths[i] = ends[i] - start(i);
        }
        Arrays.sort(lengths);
        return lengths[lengths.length - 1 - documents] + 1;
    }

    /// Returns the index of one of several documents that are spread evenly, the first of them at 0.
    ///
    /// @param i 0 to count - 1
    /// @param count number of documents to choose, 1 to size()
    public int spread(int i, int count) {
        return (int) ((long) i * size() / count);
    }

    /// Returns the text of a document.
    ///
    /// @param index 0 to size() - 1
    public String document(int index) {
        int[] document = new int[ends[index] - start(index)];
        int _ = copyTokens(index, document);
        return tokenizer.decode(document);
    }

    /// Copies the token ids of a document, without BOS.
    ///
    /// @param index 0 to size() - 1
    /// @param target of at least as many elements as the document has tokens
    /// @return how many there are
    public int copyTokens(int index, int[] target) {
        int start = start(index);
        int length = ends[index] - start;
        for (int i = 0; i < length; i++) {
            target[i] = tokens[start + i];
        }
        return length;
    }

    /// Returns whether a text is one of the documents.
    ///
    /// @throws InvalidInputException if it has a lone surrogate
    public boolean contains(String text) {
        return switch (tokenizer) {
            case BpeTokenizer pairs -> contains(pairs.encode(text, "text"));
            case CharTokenizer characters ->
                    contains(text.codePoints().map(characters::idOf).toArray());
        };
    }

    /// Returns whether a generated text is one of the documents.
    ///
    /// @param generated by a model with the same byte pairs, or by any model of characters
    public boolean contains(Sample generated) {
        return switch (tokenizer) {
            case BpeTokenizer pairs -> contains(pairs.canonical(generated.tokens()));
            // the text counts, as the model may have had other characters than these documents
            case CharTokenizer _ -> contains(generated.text());
        };
    }

    /// @param text token ids without BOS, -1 for a character without token
    private boolean contains(int[] text) {
        int hash = 0;
        for (int token : text) {
            hash = 31 * hash + token;
        }
        for (int slot = firstSlot(hash); table[slot] != 0; slot = slotAfter(slot)) {
            int index = table[slot] - 1;
            if (ends[index] - start(index) == text.length && matches(text, start(index))) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(int[] text, int start) {
        for (int i = 0; i < text.length; i++) {
            if (tokens[start + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    /// Returns the token ids of a document, with BOS before and after it.
    ///
    /// @param index 0 to size() - 1
    /// @return (tokens + 2)
    public int[] tokens(int index) {
        return tokens(index, Integer.MAX_VALUE);
    }

    /// Returns the first token ids of a document, beginning with BOS.
    ///
    /// @param index 0 to size() - 1
    /// @param limit largest number of tokens to return, at least 1
    /// @return (min(limit, tokens + 2))
    public int[] tokens(int index, int limit) {
        int start = start(index);
        int length = ends[index] - start;
        int[] result = new int[(int) Math.min(limit, length + 2L)];
        int bos = tokenizer.bos();
        int read = Math.min(length, result.length - 1);
        result[0] = bos;
        for (int i = 0; i < read; i++) {
            result[i + 1] = tokens[start + i];
        }
        if (read + 1 < result.length) {
            result[read + 1] = bos;
        }
        return result;
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }
}
