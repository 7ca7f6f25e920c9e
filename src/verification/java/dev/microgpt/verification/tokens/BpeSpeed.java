package dev.microgpt.verification.tokens;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.BpeTraining;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Tokenization;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.verification.support.Arguments;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Measures how long it takes to find the byte-pair tokens of large texts, and to encode these again as a restart
/// does. One thread does all the work.
public final class BpeSpeed {

    private static final double TARGET_SECONDS = 20; // for 50 MB
    private static final int TARGET_MEGABYTES = 50;
    private static final int WORDS = 50_000;

    private BpeSpeed() {}

    /// Exits with 2 if a text takes longer than its target.
    ///
    /// @param args `megabytes=50`
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Arguments arguments = Arguments.parse(Map.of("megabytes", (long) TARGET_MEGABYTES), args);
        int megabytes = arguments.intValue("megabytes");
        boolean isGood = true;
        for (int vocabSize : new int[] {512, 10_000, 65_536}) {
            isGood &= measure(out, "lines of words", lines(megabytes), vocabSize);
        }
        isGood &= measure(out, "one line of words", oneLine(megabytes), 10_000);
        isGood &= measure(out, "random letters", randomLetters(megabytes), 10_000);
        isGood &= measure(out, "one letter", "a".repeat(megabytes * 1_000_000), 10_000);
        if (!isGood) {
            System.exit(2);
        }
    }

    private static boolean measure(PrintStream out, String name, String text, int vocabSize) {
        Corpus characters = Corpus.of(text);
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        System.gc();
        long start = System.nanoTime();
        Corpus corpus = characters.tokenised(new Tokenization(TokenizerKind.BPE, vocabSize));
        double seconds = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        Corpus again = characters.tokenised((BpeTokenizer) corpus.tokenizer());
        double encoding = (System.nanoTime() - start) / 1e9;
        if (again.numTokens() != corpus.numTokens()) {
            throw new IllegalStateException(
                    "the text is encoded in another way than it was merged");
        }
        double target = TARGET_SECONDS * Math.max(1, bytes / 1e6 / TARGET_MEGABYTES);
        out.printf(
                Locale.ROOT,
                "%-18s %5.1f MB, %6d tokens: found in %5.1f s (target %.0f s), %.2f bytes per token, encoded"
                        + " in %5.1f s, estimated memory %d MB%n",
                name,
                bytes / 1e6,
                corpus.tokenizer().vocabSize(),
                seconds,
                target,
                (double) bytes / corpus.numTokens(),
                encoding,
                BpeTraining.estimateBytes(characters, vocabSize) >> 20);
        return seconds <= target;
    }

    /// Returns lines of about 80 characters whose words have the frequencies of a natural language.
    private static String lines(int megabytes) {
        return words(megabytes, 12);
    }

    private static String oneLine(int megabytes) {
        return words(megabytes, Integer.MAX_VALUE);
    }

    private static String words(int megabytes, int wordsPerLine) {
        Random random = new Random(1);
        String[] words = new String[WORDS];
        for (int i = 0; i < WORDS; i++) {
            StringBuilder word = new StringBuilder();
            int syllables = 1 + (int) (Math.log(i + 1) / 4 + random.nextDouble());
            for (int s = 0; s < syllables; s++) {
                word.append("bcdfghklmnprstvw".charAt(random.nextInt(16)));
                word.append("aeiouäé".charAt(Math.min(random.nextInt(7), random.nextInt(7))));
                word.append(random.nextInt(3) == 0 ? "nrstl".charAt(random.nextInt(5)) : "");
            }
            words[i] = word.toString();
        }
        StringBuilder text = new StringBuilder();
        int length = megabytes * 1_000_000;
        for (int count = 1; text.length() < length; count++) {
            int rank = (int) Math.exp(random.nextDouble() * Math.log(WORDS)); // Zipf
            text.append(words[rank]).append(count % wordsPerLine == 0 ? '\n' : ' ');
        }
        return text.toString();
    }

    private static String randomLetters(int megabytes) {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int i = 1; text.length() < megabytes * 1_000_000; i++) {
            text.append(i % 100 == 0 ? '\n' : (char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }
}
