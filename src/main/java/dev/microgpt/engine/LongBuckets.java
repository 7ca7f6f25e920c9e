package dev.microgpt.engine;

import java.util.Arrays;

/// A queue for many numbers whose upper halves are small: a list for each upper half. Only the lists that are about to
/// be taken are sorted, so that n numbers take hardly more than time in proportion to n, and memory is read in order.
final class LongBuckets implements LongQueue {

    private static final int NONE = -1;

    private final int[] heads; // (upper halves), the first entry of each list
    private int[] lower = new int[1 << 10]; // (entries), lower halves
    private int[] next = new int[1 << 10]; // (entries), the entry after each in its list
    private int entries;
    private int free = NONE; // the first entry of the list of unused ones

    private int upper = -1; // of the list that is being taken
    private int[] taken = {}; // its lower halves, in ascending order
    private int takenSize;
    private int takenCount;
    private int size;

    /// @param bound above all upper halves
    LongBuckets(int bound) {
        heads = new int[bound];
        Arrays.fill(heads, NONE);
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    /// @param number its upper half must be above that of the number taken last
    @Override
    public void push(long number) {
        int entry = free;
        if (entry != NONE) {
            free = next[entry];
        } else {
            if (entries == lower.length) {
                int grown = entries + (entries >> 1);
                lower = Arrays.copyOf(lower, grown);
                next = Arrays.copyOf(next, grown);
            }
            entry = entries++;
        }
        int list = (int) (number >>> Integer.SIZE);
        lower[entry] = (int) number;
        next[entry] = heads[list];
        heads[list] = entry;
        size++;
    }

    @Override
    public long pop() {
        while (takenCount == takenSize) {
            take(++upper);
        }
        size--;
        return (long) upper << Integer.SIZE | Integer.toUnsignedLong(taken[takenCount++]);
    }

    private void take(int list) {
        takenCount = 0;
        takenSize = 0;
        int entry = heads[list];
        while (entry != NONE) {
            if (takenSize == taken.length) {
                taken = Arrays.copyOf(taken, Math.max(1 << 10, 2 * takenSize));
            }
            taken[takenSize++] = lower[entry];
            int following = next[entry];
            next[entry] = free;
            free = entry;
            entry = following;
        }
        heads[list] = NONE;
        Arrays.sort(taken, 0, takenSize);
    }
}
