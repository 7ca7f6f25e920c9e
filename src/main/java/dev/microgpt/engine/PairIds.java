package dev.microgpt.engine;

import java.util.Arrays;

/// A map from pairs of token ids to the token that each pair is merged into. An open hash table.
final class PairIds {

    /// The key of no pair: no token has the id 65,535.
    private static final int NONE = -1;

    private final int[] keys;
    private final char[] ids;

    /// @param capacity the largest number of pairs
    PairIds(int capacity) {
        keys = new int[Integer.highestOneBit(Math.max(8, capacity)) << 2];
        ids = new char[keys.length];
        Arrays.fill(keys, NONE);
    }

    /// Returns the key of a pair. Keys are ordered, as unsigned numbers, by the left token and then the right one.
    static int key(int left, int right) {
        return left << Character.SIZE | right;
    }

    /// Returns the slot at which the search for a key begins.
    ///
    /// @param slots a power of 2
    static int firstSlot(int key, int slots) {
        // the upper bits of a multiplicative hash are the well-mixed ones
        return (key * 0x9E3779B9) >>> (1 + Integer.numberOfLeadingZeros(slots));
    }

    void put(int left, int right, int id) {
        int slot = slot(key(left, right));
        keys[slot] = key(left, right);
        ids[slot] = (char) id;
    }

    /// Returns the token of a pair, or -1 if the pair is not merged.
    int get(int left, int right) {
        int slot = slot(key(left, right));
        return keys[slot] == NONE ? -1 : ids[slot];
    }

    private int slot(int key) {
        int slot = firstSlot(key, keys.length);
        while (keys[slot] != key && keys[slot] != NONE) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }
}
