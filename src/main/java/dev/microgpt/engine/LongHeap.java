package dev.microgpt.engine;

import java.util.Arrays;

/// A binary heap. Its numbers may be added in any order.
final class LongHeap implements LongQueue {

    private long[] numbers = new long[1 << 6];
    private int size;

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    @Override
    public void push(long number) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >> 1;
            if (numbers[parent] <= number) {
                break;
            }
            numbers[at] = numbers[parent];
            at = parent;
        }
        numbers[at] = number;
    }

    @Override
    public long pop() {
        long least = numbers[0];
        long last = numbers[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && numbers[child + 1] < numbers[child]) {
                child++;
            }
            if (numbers[child] >= last) {
                break;
            }
            numbers[at] = numbers[child];
            at = child;
        }
        numbers[at] = last;
        return least;
    }
}
