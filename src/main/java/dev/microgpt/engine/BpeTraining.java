package dev.microgpt.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Finds the byte-pair tokens of documents, merge by merge. Each merge joins the most frequent pair of neighbouring
/// tokens in all documents; of equally frequent pairs, the one whose left token has the smaller id, then the right
/// one. Pairs are counted as neighbours, so that `aaa` has the pair `aa` twice. No pair spans two documents, and none
/// makes a token of more than [BpeTokenizer#MAX_TOKEN_BYTES] bytes. The end is reached with the wanted vocabulary, or
/// when no pair occurs twice. Not thread-safe.
///
/// All merges together take time that is linear in the text: after the pairs have been counted once, a merge visits
/// only the positions of its pair, and each visit that finds it shortens the text by a token. A list of positions
/// never grows after the merge that created its pair, and becomes out of date only where a neighbour was merged,
/// which a visit recognises.
///
/// The text is an array with one entry for each byte at first. A token keeps its entries: its id is in the first and
/// in the last of them, so that both neighbours are found without links. Only pairs that occur at least
/// `threshold` times have lists; when none of them is left, the text is compacted and a new round begins with a lower
/// threshold. So a text of n bytes needs at most 14 n bytes of memory for text and lists, as many as that if it repeats
/// a single letter, and about 72 bytes at most for each pair that occurs twice.
public final class BpeTraining {

    /// Separates documents and marks entries at which no token begins. No token has this id.
    private static final char SEPARATOR = 0xFFFF;

    /// Longer arrays cannot be allocated on all JVMs.
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    /// A round ends when the best pair is this many times rarer than at its beginning.
    private static final int ROUND_RATIO = 8;

    private static final int NO_LIST = -1;

    private final Corpus documents;
    private final int maxMerges;
    private boolean isDone;

    private final char[] text; // separator, tokens of a document, separator, …, separator
    private int textLength;
    private final int[] lengths = new int[SEPARATOR + 1]; // entries of each token in this round

    private final PairCounts pairs = new PairCounts();
    private final LongHeap best = new LongHeap(); // of the pairs with lists; counts may be too high
    private int threshold = Integer.MAX_VALUE;
    private int[] positions = {}; // the lists, end to end
    private int positionsUsed;

    private int[] merges = new int[3 << 8]; // (merges, 3): left, right, count
    private int numMerges;
    private final int[] tokenBytes = new int[SEPARATOR + 1]; // bytes of each token
    private long totalTokenBytes;

    private final Neighbours left = new Neighbours();
    private final Neighbours right = new Neighbours();

    /// The tokens on one side of the places of a merge.
    private static final class Neighbours {
        final int[] counts = new int[SEPARATOR + 1];
        final int[] cursors = new int[SEPARATOR + 1]; // where a new pair's next position goes
        char[] ids = new char[1 << 8]; // those with counts above 0
        int size;

        Neighbours() {
            Arrays.fill(cursors, NO_LIST);
        }

        void count(char id) {
            if (counts[id]++ == 0) {
                if (size == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * size);
                }
                ids[size++] = id;
            }
        }

        void clear() {
            for (int i = 0; i < size; i++) {
                counts[ids[i]] = 0;
                cursors[ids[i]] = NO_LIST;
            }
            size = 0;
        }
    }

    private BpeTraining(Corpus documents, CharTokenizer characters, int vocabSize) {
        this.documents = documents;
        maxMerges = vocabSize - BpeTokenizer.BYTES - 1;
        text = bytes(documents, characters);
        textLength = text.length;
        Arrays.fill(lengths, 1);
        Arrays.fill(tokenBytes, 0, BpeTokenizer.BYTES, 1);
        countBytePairs();
    }

    /// Begins to find the tokens of documents.
    ///
    /// @param documents documents of characters
    /// @param vocabSize the wanted vocabulary, see [Tokenization]
    /// @throws InvalidInputException if the vocabulary is out of its range, or the text is too long for an array
    public static BpeTraining of(Corpus documents, int vocabSize) {
        ModelOption.VOCAB_SIZE.require(vocabSize);
        if (!(documents.tokenizer() instanceof CharTokenizer characters)) {
            throw new IllegalArgumentException("the documents have been merged already");
        }
        return new BpeTraining(documents, characters, vocabSize);
    }

    /// Estimates the memory of the training, including the documents that it returns.
    ///
    /// @param vocabSize the wanted vocabulary
    /// @return bytes
    public static long estimateBytes(Corpus documents, int vocabSize) {
        int bytesPerByte = 16;
        int bytesPerPair = 72;
        int fixed = 1 << 21;
        long length = utf8Length(documents) + documents.size();
        // Two bytes make one of 65,536 pairs. A merge at m places adds at most m pairs that occur
        // twice, and leaves m
        // fewer tokens, of which half as many pairs can be made: so a third of the bytes is the
        // most.
        long most = Math.min(length / 2, length / 3 + (1 << 16));
        long pairs = Math.min(most, (long) vocabSize * vocabSize);
        return fixed + bytesPerByte * length + bytesPerPair * pairs;
    }

    private static long utf8Length(Corpus documents) {
        CharTokenizer characters = (CharTokenizer) documents.tokenizer();
        byte[] lengths = new byte[characters.vocabSize()];
        for (int id = 0; id < characters.bos(); id++) {
            lengths[id] = (byte) utf8(characters, id).length;
        }
        long length = 0;
        for (int i = 0; i < documents.numTokens(); i++) {
            length += lengths[documents.token(i)];
        }
        return length;
    }

    private static byte[] utf8(CharTokenizer characters, int id) {
        return characters.symbol(id).getBytes(StandardCharsets.UTF_8);
    }

    private static char[] bytes(Corpus documents, CharTokenizer characters) {
        long length = utf8Length(documents) + documents.size() + 1;
        if (length > MAX_ARRAY) {
            throw tooLong(MAX_ARRAY);
        }
        byte[][] utf8 = new byte[characters.bos()][];
        Arrays.setAll(utf8, id -> utf8(characters, id));
        char[] text = new char[(int) length];
        int to = 0;
        text[to++] = SEPARATOR;
        int from = 0;
        for (int document = 0; document < documents.size(); document++) {
            for (int end = documents.end(document); from < end; from++) {
                for (byte b : utf8[documents.token(from)]) {
                    text[to++] = (char) Byte.toUnsignedInt(b);
                }
            }
            text[to++] = SEPARATOR;
        }
        return text;
    }

    private void countBytePairs() {
        int bits = 8;
        int[] counts = new int[1 << (2 * bits)];
        for (int i = 1; i < textLength; i++) {
            if ((text[i - 1] | text[i]) < 1 << bits) {
                counts[text[i - 1] << bits | text[i]]++;
            }
        }
        for (int pair = 0; pair < counts.length; pair++) {
            if (counts[pair] >= PairCounts.LEAST) {
                int key = PairIds.key(pair >> bits, pair & ((1 << bits) - 1));
                int _ = pairs.add(key, counts[pair], 0);
            }
        }
    }

    /// Makes the next merge.
    ///
    /// @return false if there is none
    public boolean mergeNext() {
        isDone = !tryMerge();
        return !isDone;
    }

    private boolean tryMerge() {
        if (numMerges == maxMerges
                || totalTokenBytes + BpeTokenizer.MAX_TOKEN_BYTES > BpeTokenizer.MAX_TOTAL_BYTES) {
            return false;
        }
        int slot = bestSlot();
        while (slot < 0 || 2L * pairs.count(slot) > positions.length - positionsUsed) {
            if ((slot < 0 && threshold == PairCounts.LEAST) || !startRound()) {
                return false;
            }
            slot = bestSlot();
        }
        merge(slot);
        return true;
    }

    /// Returns the slot of the best pair with a list, or -1 if there is none.
    private int bestSlot() {
        while (!best.isEmpty()) {
            long entry = best.pop();
            int key = (int) entry;
            int slot = pairs.find(key);
            int count = slot < 0 ? 0 : pairs.count(slot);
            if (entry == entry(key, count)) {
                return slot;
            }
            if (count >= threshold) {
                best.push(entry(key, count));
            }
        }
        return -1;
    }

    /// Returns a number that is less for a pair that is to be merged earlier.
    private static long entry(int key, int count) {
        return -((long) count << Integer.SIZE) | Integer.toUnsignedLong(key);
    }

    /// Compacts the text, and lists the positions of the pairs that are frequent now.
    ///
    /// @return false if no pair occurs twice
    private boolean startRound() {
        int highest = 0;
        for (int slot = 0; slot < pairs.numSlots(); slot++) {
            highest = Math.max(highest, pairs.count(slot));
        }
        if (highest < PairCounts.LEAST) {
            return false;
        }
        threshold = Math.max(PairCounts.LEAST, highest / ROUND_RATIO);
        compact();
        best.clear();
        int listed = 0;
        for (int slot = 0; slot < pairs.numSlots(); slot++) {
            int count = pairs.count(slot);
            if (count >= threshold) {
                pairs.setList(slot, listed, 0);
                listed += count;
                best.push(entry(pairs.key(slot), count));
            }
        }
        // a merge adds at most two positions for each place
        long least = listed + 2L * highest;
        requirePositions(least);
        long needed = Math.max(least, listed + textLength / 2L);
        if (positions.length < needed) {
            positions = new int[0]; // before the longer one is allocated
            positions = new int[(int) Math.min(MAX_ARRAY, needed)];
        }
        positionsUsed = listed;
        for (int i = 1; i < textLength; i++) {
            if (text[i - 1] != SEPARATOR && text[i] != SEPARATOR) {
                int slot = pairs.find(PairIds.key(text[i - 1], text[i]));
                if (slot >= 0 && pairs.count(slot) >= threshold) {
                    positions[pairs.extend(slot)] = i - 1;
                }
            }
        }
        return true;
    }

    /// Checks that the positions of a round fit into an array, without which its first merge could not be made.
    ///
    /// @throws InvalidInputException if there are too many
    static void requirePositions(long count) {
        if (count > MAX_ARRAY) {
            throw tooLong(MAX_ARRAY / 3); // the positions of a text of n bytes are at most 3 n
        }
    }

    private static InvalidInputException tooLong(int maxBytes) {
        return InvalidInputException.tooLarge(
                "textBytes",
                maxBytes,
                String.format(Locale.ROOT, "byte pairs need a text of at most %d bytes", maxBytes));
    }

    private void compact() {
        int to = 0;
        for (int from = 0; from < textLength; from += lengths[text[from]]) {
            text[to++] = text[from];
        }
        textLength = to;
        Arrays.fill(lengths, 1);
    }

    private void merge(int slot) {
        int key = pairs.key(slot);
        char a = (char) (key >>> Character.SIZE);
        char b = (char) key;
        char merged = (char) (BpeTokenizer.BYTES + numMerges);
        lengths[merged] = lengths[a] + lengths[b];
        tokenBytes[merged] = tokenBytes[a] + tokenBytes[b];
        totalTokenBytes += tokenBytes[merged];
        recordMerge(a, b, pairs.count(slot));
        int start = pairs.start(slot);
        int end = start + pairs.size(slot);
        int chained = 0; // places that follow another one at once
        int replaced = start;
        for (int i = start; i < end; i++) {
            int p = positions[i];
            int q = p + lengths[a];
            if (text[p] != a || text[q] != b) {
                continue; // a neighbour was merged earlier
            }
            int last = p + lengths[merged] - 1;
            char before = text[p - 1];
            if (before == merged) {
                chained++;
            } else if (before != SEPARATOR) {
                left.count(before);
            }
            char after = text[last + 1];
            if (after != SEPARATOR) {
                right.count(after);
            }
            text[q] = SEPARATOR;
            text[p] = merged;
            text[last] = merged;
            positions[replaced++] = p;
        }
        updateCounts(key, merged, chained);
        addPositions(start, replaced, merged);
        left.clear();
        right.clear();
    }

    private void recordMerge(int a, int b, int count) {
        if (merges.length == 3 * numMerges) {
            merges = Arrays.copyOf(merges, 2 * merges.length);
        }
        merges[3 * numMerges] = a;
        merges[3 * numMerges + 1] = b;
        merges[3 * numMerges + 2] = count;
        numMerges++;
    }

    /// Replaces the counts of `x a`, `a b` and `b y` by those of `x ab` and `ab y`.
    private void updateCounts(int key, char merged, int chained) {
        int a = key >>> Character.SIZE;
        int b = key & SEPARATOR;
        for (int i = 0; i < left.size; i++) {
            pairs.subtract(PairIds.key(left.ids[i], a), left.counts[left.ids[i]]);
        }
        for (int i = 0; i < right.size; i++) {
            pairs.subtract(PairIds.key(b, right.ids[i]), right.counts[right.ids[i]]);
        }
        int slot = pairs.find(key);
        pairs.subtract(key, pairs.count(slot));
        // of a b a b, the second a is not the neighbour of ab in the end
        right.counts[a] -= chained;
        for (int i = 0; i < left.size; i++) {
            char id = left.ids[i];
            left.cursors[id] = add(PairIds.key(id, merged), left.counts[id]);
        }
        for (int i = 0; i < right.size; i++) {
            char id = right.ids[i];
            right.cursors[id] = add(PairIds.key(merged, id), right.counts[id]);
        }
        if (chained > 0) {
            left.cursors[merged] = add(PairIds.key(merged, merged), chained);
        }
    }

    /// Adds a pair, with room for its positions if it is frequent.
    ///
    /// @return where its positions go, or NO_LIST
    private int add(int key, int count) {
        int bytes = tokenBytes[key >>> Character.SIZE] + tokenBytes[key & SEPARATOR];
        if (bytes > BpeTokenizer.MAX_TOKEN_BYTES) {
            return NO_LIST; // never merged
        }
        if (count < threshold) {
            if (count >= PairCounts.LEAST) {
                int _ = pairs.add(key, count, 0);
            }
            return NO_LIST;
        }
        int start = positionsUsed;
        int slot = pairs.add(key, count, start);
        pairs.setList(slot, start, count);
        positionsUsed += count;
        best.push(entry(key, count));
        return start;
    }

    /// Fills the lists of the new pairs.
    private void addPositions(int start, int end, char merged) {
        int length = lengths[merged];
        for (int i = start; i < end; i++) {
            int p = positions[i];
            char before = text[p - 1];
            if (before != SEPARATOR && left.cursors[before] != NO_LIST) {
                positions[left.cursors[before]++] = p - lengths[before];
            }
            char after = text[p + length];
            if (after != SEPARATOR && after != merged && right.cursors[after] != NO_LIST) {
                positions[right.cursors[after]++] = p;
            }
        }
        left.cursors[merged] = NO_LIST;
    }

    /// Returns the number of merges so far.
    public int numMerges() {
        return numMerges;
    }

    /// Returns the documents, split into the tokens that have been found.
    public Corpus corpus() {
        compact();
        threshold = Integer.MAX_VALUE; // the lists are out of date
        best.clear();
        char[] tokens = new char[textLength - documents.size() - 1];
        int[] ends = new int[documents.size()];
        int to = 0;
        int document = 0;
        for (int i = 1; i < textLength; i++) {
            if (text[i] == SEPARATOR) {
                ends[document++] = to;
            } else {
                tokens[to++] = text[i];
            }
        }
        BpeTokenizer tokenizer = BpeTokenizer.of(Arrays.copyOf(merges, 3 * numMerges));
        int vocabSize = isDone ? maxMerges + BpeTokenizer.BYTES + 1 : tokenizer.vocabSize();
        Corpus result =
                documents.withTokens(
                        tokenizer, new Tokenization(TokenizerKind.BPE, vocabSize), tokens, ends);
        if (isDone) {
            documents.remember(vocabSize, result);
        }
        return result;
    }
}
