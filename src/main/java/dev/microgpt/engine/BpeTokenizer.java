package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Byte-pair tokens, as in GPT-2 but without a division into words.
///
/// Ids 0 to 255 are the bytes of UTF-8. The following ids are merges: each stands for two earlier tokens, side by
/// side. The last id is BOS. A text is encoded by its bytes, on which each merge is carried out in the order of the
/// ids and from left to right, so that every text has tokens, and these give back the text. Immutable.
public final class BpeTokenizer implements Tokenizer {

    /// The number of tokens that are bytes.
    public static final int BYTES = 256;

    /// The most bytes that a token stands for.
    public static final int MAX_TOKEN_BYTES = 1024;

    /// The most bytes of all merged tokens together.
    static final int MAX_TOTAL_BYTES = 1 << 25;

    /// What stands for bytes that are not valid UTF-8 in a decoded text.
    private static final char REPLACEMENT = '\uFFFD';

    private final int[] merges; // (merges, 3): left token, right token, count in the training text
    private final PairIds ids;
    private final byte[][] bytes; // (V - 1), the bytes of each token
    private final long totalBytes;

    private BpeTokenizer(int[] merges) {
        this.merges = merges;
        int numMerges = merges.length / 3;
        ids = new PairIds(numMerges);
        bytes = new byte[BYTES + numMerges][];
        for (int id = 0; id < BYTES; id++) {
            bytes[id] = new byte[] {(byte) id};
        }
        for (int i = 0; i < numMerges; i++) {
            int left = merges[3 * i];
            int right = merges[3 * i + 1];
            ids.put(left, right, BYTES + i);
            byte[] joined = Arrays.copyOf(bytes[left], bytes[left].length + bytes[right].length);
            System.arraycopy(bytes[right], 0, joined, bytes[left].length, bytes[right].length);
            bytes[BYTES + i] = joined;
        }
        totalBytes = Arrays.stream(bytes).mapToLong(token -> token.length).sum();
    }

    /// Returns the tokenizer with these merges.
    ///
    /// @param merges (merges, 3): the ids of the left and of the right token, and how often the pair was found when it
    ///     was merged
    /// @throws InvalidInputException if a merge has a token that does not come before it, a count below 2, or the pair
    ///     of another merge, or if there are more than 65,279 merges or too many bytes
    public static BpeTokenizer of(int[] merges) {
        if (merges.length % 3 != 0 || merges.length / 3 > Corpus.MAX_VOCABULARY - BYTES - 1) {
            throw invalid("there must be at most 65279 merges of three numbers each");
        }
        PairIds known = new PairIds(merges.length / 3);
        long totalBytes = 0;
        int[] lengths = new int[merges.length / 3];
        for (int i = 0; i < lengths.length; i++) {
            int left = merges[3 * i];
            int right = merges[3 * i + 1];
            if (Math.min(left, right) < 0 || Math.max(left, right) >= BYTES + i) {
                throw invalid("a merge must have two tokens that come before it");
            }
            if (known.get(left, right) >= 0) {
                throw invalid("no two merges may have the same pair");
            }
            if (merges[3 * i + 2] < PairCounts.LEAST) {
                throw invalid("each merge must have a count of at least 2");
            }
            known.put(left, right, BYTES + i);
            int length = length(lengths, left) + length(lengths, right);
            totalBytes += length;
            if (length > MAX_TOKEN_BYTES || totalBytes > MAX_TOTAL_BYTES) {
                throw invalid(
                        "a token must have at most 1024 bytes, and all together at most 33554432");
            }
            lengths[i] = length;
        }
        return new BpeTokenizer(merges.clone());
    }

    private static int length(int[] lengths, int id) {
        return id < BYTES ? 1 : lengths[id - BYTES];
    }

    private static InvalidInputException invalid(String message) {
        return InvalidInputException.outOfRange("merges", null, null, null, message);
    }

    @Override
    public TokenizerKind kind() {
        return TokenizerKind.BPE;
    }

    @Override
    public int vocabSize() {
        return bytes.length + 1;
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    /// Returns the number of bytes that a token stands for.
    ///
    /// @param tokenId 0 to V - 2
    public int numBytes(int tokenId) {
        return bytes[tokenId].length;
    }

    /// Estimates the memory of the merges and of the tokens' bytes.
    long estimateBytes() {
        long perToken = 48; // an array's header, references, and places in the table
        return perToken * bytes.length + totalBytes;
    }

    /// Returns the number of merges: V - 257.
    public int numMerges() {
        return merges.length / 3;
    }

    /// Returns the merges in order, (merges, 3): the ids of the left and of the right token, and how often the pair
    /// was found when it was merged.
    public int[] merges() {
        return merges.clone();
    }

    /// Returns the text of a token. Bytes that are not valid UTF-8 by themselves are written as `<E2>`, in upper-case
    /// hexadecimal digits.
    @Override
    public String symbol(int tokenId) {
        if (tokenId == bos()) {
            return BOS_SYMBOL;
        }
        String text = new String(bytes[tokenId], StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : withHexadecimals(bytes[tokenId]);
    }

    private static String withHexadecimals(byte[] token) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(token);
        CharBuffer out = CharBuffer.allocate(in.remaining());
        StringBuilder symbol = new StringBuilder();
        while (in.hasRemaining()) {
            decoder.reset();
            CoderResult result = decoder.decode(in, out, true);
            symbol.append(out.flip());
            out.clear();
            int malformed = result.isError() ? result.length() : 0;
            for (int i = 0; i < malformed; i++) {
                symbol.append(String.format(Locale.ROOT, "<%02X>", in.get()));
            }
        }
        return symbol.toString();
    }

    /// @throws InvalidInputException if the text has a lone surrogate
    @Override
    public int[] encode(String text, String field) {
        return encode(utf8(text, field));
    }

    private static byte[] utf8(String text, String field) {
        int index = 0;
        for (int i = 0; i < text.length(); i++) {
            int codePoint = text.codePointAt(i);
            if (Character.getType(codePoint) == Character.SURROGATE) {
                throw Tokenizer.loneSurrogate(field, index, codePoint);
            }
            i += Character.charCount(codePoint) - 1;
            index++;
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int[] encode(byte[] utf8) {
        char[] encoded = newMerger().encode(utf8);
        int[] tokens = new int[encoded.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = encoded[i];
        }
        return tokens;
    }

    /// Returns what encodes many texts, one after the other.
    BpeMerger newMerger() {
        return new BpeMerger(ids, bytes);
    }

    /// A merge that is carried out on a text, at all its places.
    ///
    /// @param id the token that the merge makes
    /// @param at where the pairs begin that it joins, as offsets in the bytes of the text, from left to right
    public record Step(int id, List<Integer> at) {}

    /// Returns the merges that turn the bytes of a text into its tokens, in order.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if the text has a lone surrogate
    public List<Step> steps(String text, String field) {
        byte[] utf8 = utf8(text, field);
        List<Step> steps = new ArrayList<>();
        BpeMerger merger = newMerger();
        merger.observe(
                (id, at) -> {
                    if (steps.isEmpty() || steps.getLast().id() != id) {
                        steps.add(new Step(id, new ArrayList<>()));
                    }
                    steps.getLast().at().add(at);
                });
        char[] _ = merger.encode(utf8);
        return steps;
    }

    /// Returns the tokens that the text of a sequence of tokens is encoded as. A generated sequence may differ from it.
    int[] canonical(int[] tokens) {
        return encode(bytes(tokens));
    }

    /// Returns the text of token ids. Bytes that are not valid UTF-8, which only generated sequences have, give U+FFFD.
    @Override
    public String decode(int[] tokens) {
        return new String(bytes(tokens), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int[] tokens) {
        int length = 0;
        for (int token : tokens) {
            length += bytes[token].length;
        }
        byte[] utf8 = new byte[length];
        int to = 0;
        for (int token : tokens) {
            byte[] part = bytes[token];
            System.arraycopy(part, 0, utf8, to, part.length);
            to += part.length;
        }
        return utf8;
    }

    @Override
    public int characters(int[] tokens) {
        int count = 0;
        for (int token : tokens) {
            for (byte b : bytes[token]) {
                if ((b & 0xC0) != 0x80) { // not a continuation
                    count++;
                }
            }
        }
        return count;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BpeTokenizer that && Arrays.equals(merges, that.merges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(merges);
    }
}
