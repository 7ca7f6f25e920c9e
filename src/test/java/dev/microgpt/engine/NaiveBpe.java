package dev.microgpt.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Byte-pair tokens in the plainest way: all pairs are counted again before each merge.
final class NaiveBpe {

    record Pair(int left, int right) {}

    record Merge(int left, int right, int count) {}

    private final List<List<Integer>> documents = new ArrayList<>();
    private final List<Merge> merges = new ArrayList<>();

    NaiveBpe(List<String> texts, int vocabSize) {
        for (String text : texts) {
            documents.add(bytes(text));
        }
        while (256 + merges.size() + 1 < vocabSize && mergeNext()) {
            // the merge has been noted
        }
    }

    private static List<Integer> bytes(String text) {
        List<Integer> bytes = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(b));
        }
        return bytes;
    }

    private boolean mergeNext() {
        Map<Pair, Integer> counts =
                new TreeMap<>(Comparator.comparingInt(Pair::left).thenComparingInt(Pair::right));
        for (List<Integer> document : documents) {
            for (int i = 1; i < document.size(); i++) {
                counts.merge(new Pair(document.get(i - 1), document.get(i)), 1, Integer::sum);
            }
        }
        Pair best = null;
        int most = 1;
        for (Map.Entry<Pair, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
            }
        }
        if (best == null) {
            return false;
        }
        int id = 256 + merges.size();
        merges.add(new Merge(best.left(), best.right(), most));
        for (int i = 0; i < documents.size(); i++) {
            documents.set(i, merged(documents.get(i), best, id));
        }
        return true;
    }

    private static List<Integer> merged(List<Integer> tokens, Pair pair, int id) {
        List<Integer> result = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (i + 1 < tokens.size()
                    && tokens.get(i) == pair.left()
                    && tokens.get(i + 1) == pair.right()) {
                result.add(id);
                i++;
            } else {
                result.add(tokens.get(i));
            }
        }
        return result;
    }

    /// Returns the tokens of a text: its bytes, on which each merge is carried out in order.
    List<Integer> encode(String text) {
        List<Integer> tokens = bytes(text);
        for (int i = 0; i < merges.size(); i++) {
            Pair pair = new Pair(merges.get(i).left(), merges.get(i).right());
            tokens = merged(tokens, pair, 256 + i);
        }
        return tokens;
    }

    List<Merge> merges() {
        return merges;
    }

    List<List<Integer>> documents() {
        return documents;
    }
}
