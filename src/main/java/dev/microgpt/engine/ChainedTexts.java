package dev.microgpt.engine;

import dev.microgpt.engine.tensor.BatchDecoder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Generates texts that draw from one generator, one text after the other, many at a time.
///
/// With which draw a text begins is known only when the text before it has ended. So many [Chain]s of texts are generated
/// at once, each from another draw on, as if a text began there. When a chain ends a text right before a draw with which
/// the next chain begins one, both have the same texts from there on, and the first chain is done. With names this
/// happens after about eight texts. The result is what the chains have in their parts from merger to merger.
///
/// The chains are advanced in windows of several steps by the [ChainLane]s, of which two run at the same time if there is
/// a thread for each.
final class ChainedTexts {

    private static final int S = BatchDecoder.SEQUENCES;

    private static final int RING = ChainSampling.RING;

    /// Memory for the draws, and for the tokens of chains, which overlap.
    static final long BYTES = RING * (Double.BYTES + 2L * Integer.BYTES);

    private static final int LONGEST = 1 << 10; // tokens of a text
    private static final int SHORTEST_CHAIN = 64;
    private static final int FIRST_CHAIN = 256;
    private static final int LONGEST_CHAIN = 1024;

    private static final int LONGEST_WINDOW = 64; // steps

    /// Products of a window, which take about a millisecond.
    private static final long WINDOW_PRODUCTS = 1 << 24;

    /// Products of a window from which on it is worth waking another thread.
    private static final long PARALLEL_PRODUCTS = 1 << 22;

    private final List<ChainLane> lanes;
    private final int sequences; // of all lanes
    private final ParallelRunner runner;
    private final ChainSampling sampling;
    private final Tokenizer tokenizer;
    private final int bos;
    private final int[] prompt;
    private final int longest; // tokens of a text after the prompt
    private Chain head; // has the next text
    private Chain last;
    private long position; // draw with which the next text begins
    private long limit; // no chain begins with a later draw
    private int longestChain = FIRST_CHAIN;
    private long texts;
    private long segment = SHORTEST_CHAIN; // draws from the beginning of a chain to the next

    /// @param decoders one or two, which have begun with BOS and the prompt
    /// @param runner runs two lanes
    ChainedTexts(
            List<BatchDecoder> decoders,
            ParallelRunner runner,
            ChainSampling sampling,
            Tokenizer tokenizer,
            int[] prompt) {
        this.runner = runner;
        this.sampling = sampling;
        this.tokenizer = tokenizer;
        this.prompt = prompt;
        lanes = decoders.stream().map(decoder -> new ChainLane(decoder, sampling)).toList();
        sequences = S * lanes.size();
        bos = tokenizer.bos();
        longest = sampling.longest();
        head = new Chain(0, 0);
        last = head;
        setRunning(0, head);
    }

    /// Returns whether texts with some options can be generated in this way.
    ///
    /// @param longest how many tokens a text may have after the prompt
    static boolean canGenerate(GenerateOptions options, int longest) {
        return options.temperature() > 0
                && Float.isFinite((float) (1 / options.temperature()))
                && longest > 1
                && longest <= LONGEST;
    }

    /// Returns the decoder of a lane; null if there is no such lane.
    @Nullable BatchDecoder decoder(int lane) {
        return lane < lanes.size() ? lanes.get(lane).decoder : null;
    }

    /// Returns whether the model has not changed since these texts were begun.
    boolean isCurrent() {
        return lanes.getFirst().decoder.isCurrent();
    }

    /// Returns how many tokens were computed, used or not.
    long computed() {
        return lanes.stream().mapToLong(ChainLane::computed).sum();
    }

    /// Returns how many draws the returned texts took.
    long draws() {
        return position;
    }

    /// Returns the next texts.
    ///
    /// @param most at most so many
    /// @param expected how many texts will be wanted in all; for speed only
    /// @return at least one; none if logits are not finite or too large for single precision, perhaps only after draws
    ///     that belong to no text
    List<Sample> next(int most, long expected) {
        double perText = texts == 0 ? Math.min(8, longest) : (double) position / texts;
        limit = position + (long) (Math.min(expected, RING) * perText);
        while (position == head.boundary()) {
            if (head.isMerged && head.next != null) {
                head = head.next;
                continue;
            }
            if (!head.hasRoom(Chain.MAX_LENGTH / 2)) {
                head.forgetBefore(position);
            }
            if (!advance()) {
                return List.of();
            }
        }
        List<Sample> result = new ArrayList<>();
        while (result.size() < most && position < head.boundary()) {
            result.add(nextOfHead());
            if (position == head.boundary() && head.isMerged && head.next != null) {
                head = head.next;
            }
        }
        return result;
    }

    private Sample nextOfHead() {
        int length = 0;
        while (length < longest && head.tokenOf(position + length) != bos) {
            length++;
        }
        int[] text = new int[prompt.length + length];
        System.arraycopy(prompt, 0, text, 0, prompt.length);
        for (int i = 0; i < length; i++) {
            text[prompt.length + i] = head.tokenOf(position + i);
        }
        position += length < longest ? length + 1 : length;
        texts++;
        return new Sample(tokenizer.decode(text), text, List.of());
    }

    /// Advances all chains by a window.
    ///
    /// @return false if the logits are too large, or no chain can continue
    private boolean advance() {
        long before = computed();
        for (int s = 0; s < sequences; s++) {
            updateChain(s);
        }
        long products = lanes.getFirst().decoder.products();
        long most = Math.clamp(segment / 16, 1, LONGEST_WINDOW);
        int steps = (int) Math.clamp(WINDOW_PRODUCTS / products, 1, most);
        for (int s = 0; s < sequences; s++) {
            Chain chain = running(s);
            if (chain != null) {
                prepare(chain, 2 * steps);
            }
        }
        if (lanes.size() > 1 && steps * products >= PARALLEL_PRODUCTS) {
            runner.runBoth(() -> lanes.getFirst().run(steps), () -> lanes.getLast().run(steps));
        } else {
            lanes.forEach(lane -> lane.run(steps));
        }
        return lanes.stream().allMatch(ChainLane::isModerate)
                && (computed() > before || position < head.boundary());
    }

    /// Makes draws known for a chain: some, and those of a text.
    private void prepare(Chain chain, int draws) {
        long end = Math.min(chain.end() + draws + longest, position + RING);
        sampling.prepare(end);
        chain.prepare(end);
    }

    private @Nullable Chain running(int sequence) {
        return lanes.get(sequence / S).chain(sequence % S);
    }

    private void setRunning(int sequence, @Nullable Chain chain) {
        lanes.get(sequence / S).setChain(sequence % S, chain);
    }

    /// Does what chains of other sequences must stand still for: begins a text if the chain of a sequence can continue, and a
    /// new chain if it has merged.
    private void updateChain(int sequence) {
        Chain chain = running(sequence);
        if (chain != null && chain.textLength == 0) {
            beginText(chain);
        }
        if (running(sequence) == null) {
            Chain begun = newChain(sequence);
            if (begun != null) {
                beginText(begun);
            }
        }
    }

    private @Nullable Chain newChain(int sequence) {
        long rest = limit - last.start();
        long length = Math.clamp(rest / sequences, SHORTEST_CHAIN, longestChain);
        // the chain before it must not overtake it
        long start = Math.max(last.start() + length, last.end() + length / 4);
        if (start > limit || start + LONGEST > position + RING - LONGEST) {
            return null;
        }
        Chain chain = new Chain(start, sequence);
        last.next = chain;
        last = chain;
        segment = length;
        setRunning(sequence, chain);
        longestChain = Math.min(LONGEST_CHAIN, longestChain + FIRST_CHAIN / S);
        return chain;
    }

    /// Begins the next text of a chain, and also ends it if its first token does, and so on. Does nothing if the chain has
    /// merged with the next one, or must wait.
    private void beginText(Chain chain) {
        while (chain.textLength == 0 && !merges(chain) && !mustWait(chain)) {
            prepare(chain, 0);
            sampling.addFirst(chain);
        }
    }

    private boolean merges(Chain chain) {
        long draw = chain.boundary();
        Chain next = chain.next;
        while (next != null && hasPassed(draw, next)) {
            stop(next);
            last = last == next ? chain : last;
            next = next.next;
            chain.next = next;
        }
        if (next == null || draw < next.start() || !hasTextAt(next, draw)) {
            return false;
        }
        chain.isMerged = true;
        stop(chain);
        return true;
    }

    /// Returns whether a text of a chain begins with a draw, or would if it were continued.
    private static boolean hasTextAt(Chain chain, long draw) {
        return draw == chain.boundary() || (draw < chain.end() && chain.beginsAt(draw));
    }

    /// Returns whether a chain that has come to a draw cannot merge with the next one any more: it has come to the one after
    /// that, or the next one is full.
    private boolean hasPassed(long draw, Chain next) {
        return (next.next != null && draw >= next.next.start())
                || (draw >= next.end() && draw != next.boundary() && !next.hasRoom(longest));
    }

    private boolean mustWait(Chain chain) {
        Chain next = chain.next;
        long draw = chain.boundary();
        return (next != null && draw >= next.start() && draw >= next.end())
                || draw + LONGEST > position + RING
                || !chain.hasRoom(longest);
    }

    private void stop(Chain chain) {
        if (chain.sequence >= 0) {
            setRunning(chain.sequence, null);
            chain.sequence = -1;
        }
    }
}
