package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// Where the sequences of a batch are in the buffers of a pass, and an order in which neighbours are about equally long.
final class Sequences {

    int count; // B

    /// The first row of each sequence, and the end of the last one, (B + 1).
    int[] starts = {0};

    private int[] order = {}; // (B), indices of sequences
    private int[] ends = {}; // by length, see sort

    /// Lays out sequences one after the other.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    void fill(int[][] batch, int blockSize) {
        count = batch.length;
        if (order.length < count) {
            starts = new int[count + 1];
            order = new int[count];
        }
        int rows = 0;
        int longest = 0;
        for (int i = 0; i < count; i++) {
            starts[i] = rows;
            int length = Math.min(blockSize, batch[i].length - 1);
            rows += length;
            longest = Math.max(longest, length);
        }
        starts[count] = rows;
        sort(longest);
    }

    private void sort(int longest) {
        if (ends.length < longest + 2) {
            ends = new int[longest + 2];
        }
        Arrays.fill(ends, 0);
        for (int i = 0; i < count; i++) {
            ends[lengthOf(i) + 1]++;
        }
        for (int length = 1; length <= longest; length++) {
            ends[length] += ends[length - 1];
        }
        for (int i = 0; i < count; i++) {
            order[ends[lengthOf(i)]++] = i;
        }
    }

    /// Returns the number of rows.
    int rows() {
        return starts[count];
    }

    /// Returns the first row of the sequence at a place of the order, in which lengths ascend.
    int start(int place) {
        return starts[order[place]];
    }

    /// Returns the number of rows of the sequence at a place of the order.
    int length(int place) {
        return lengthOf(order[place]);
    }

    private int lengthOf(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }
}
