package dev.microgpt.engine;

import java.util.Arrays;

/// How often pairs of neighbouring tokens occur, and where: an open hash table. Each pair may have a list of its
/// positions in an array of all lists. A pair that no longer occurs twice is forgotten when the table grows.
final class PairCounts {

    /// The key of no pair: no token has the id 65,535.
    private static final int NONE = -1;

    /// No pair that occurs less often is merged.
    static final int LEAST = 2;

    private int[] keys;
    private int[] counts;
    private int[] starts; // of the lists
    private int[] sizes; // of the lists
    private int used; // slots

    PairCounts() {
        keys = new int[1 << 10];
        Arrays.fill(keys, NONE);
        counts = new int[keys.length];
        starts = new int[keys.length];
        sizes = new int[keys.length];
    }

    int numSlots() {
        return keys.length;
    }

    /// Returns the slot of a pair, or -1 if it is not known.
    int find(int key) {
        int slot = slot(key);
        return keys[slot] == NONE ? -1 : slot;
    }

    private int slot(int key) {
        int slot = PairIds.firstSlot(key, keys.length);
        while (keys[slot] != key && keys[slot] != NONE) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    /// Adds a pair that is not known yet, with an empty list.
    ///
    /// @return its slot, until the next pair is added
    int add(int key, int count, int listStart) {
        if (3 * (used + 1) > 2 * keys.length) {
            rebuild();
        }
        int slot = slot(key);
        used++;
        keys[slot] = key;
        counts[slot] = count;
        starts[slot] = listStart;
        sizes[slot] = 0;
        return slot;
    }

    private void rebuild() {
        int live = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (count(slot) >= LEAST) {
                live++;
            }
        }
        int[] oldKeys = keys;
        int[] oldCounts = counts;
        int[] oldStarts = starts;
        int[] oldSizes = sizes;
        keys = new int[Math.max(1 << 10, Integer.highestOneBit(Math.max(1, live)) << 2)];
        Arrays.fill(keys, NONE);
        counts = new int[keys.length];
        starts = new int[keys.length];
        sizes = new int[keys.length];
        used = live;
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldKeys[old] != NONE && oldCounts[old] >= LEAST) {
                int slot = slot(oldKeys[old]);
                keys[slot] = oldKeys[old];
                counts[slot] = oldCounts[old];
                starts[slot] = oldStarts[old];
                sizes[slot] = oldSizes[old];
            }
        }
    }

    /// Lowers the count of a pair, if it is known.
    void subtract(int key, int count) {
        int slot = find(key);
        if (slot >= 0) {
            counts[slot] -= count;
        }
    }

    int key(int slot) {
        return keys[slot];
    }

    /// Returns the count of a slot, 0 for a free one.
    int count(int slot) {
        return counts[slot];
    }

    int start(int slot) {
        return starts[slot];
    }

    int size(int slot) {
        return sizes[slot];
    }

    void setList(int slot, int start, int size) {
        starts[slot] = start;
        sizes[slot] = size;
    }

    /// Returns the place in the list for one more position, which counts from now on.
    int extend(int slot) {
        return starts[slot] + sizes[slot]++;
    }
}
