package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Dropout;

import org.jspecify.annotations.Nullable;

/// The working buffers of a trainer or of a forward pass. They hold one batch at a time, and are allocated
/// when they are first needed.
final class Workspace {

    final Layout layout;
    final Kernels kernels;
    final Activations acts;
    final Embeddings embeddings;
    final @Nullable HeadInputs
            headInputs; // null if the attention reads what is computed for a position
    private final double parallelThreshold;
    private final Workers workers = new Workers();
    private final AttentionScratch[] scratches = new AttentionScratch[Workers.THREADS];
    private final float[][] panels = new float[Workers.THREADS][]; // see Kernels#weightGradient
    private final RowDropout dropout;
    private @Nullable Gradients gradients;

    /// Whether the current batch is split among threads.
    private boolean split;

    Workspace(Layout layout, Kernels kernels) {
        this(layout, kernels, Workers.PARALLEL_THRESHOLD);
    }

    /// @param parallelThreshold a step of at least this many operations is split among threads
    Workspace(Layout layout, Kernels kernels, double parallelThreshold) {
        this.layout = layout;
        this.kernels = kernels;
        this.parallelThreshold = parallelThreshold;
        acts = new Activations(layout, kernels);
        embeddings = new Embeddings(layout, kernels);
        headInputs = HeadInputs.differ(layout) ? new HeadInputs(layout) : null;
        dropout = new RowDropout(layout, acts);
    }

    /// Returns the approximate number of additions and multiplications in a step.
    ///
    /// @param rows positions in the batch
    static double operations(double params, double rows) {
        return 6 * params * rows;
    }

    /// Lays out the next batch in the buffers, and decides whether to split it among threads.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    void begin(int[][] batch) {
        begin(batch, Dropout.NONE, 0);
    }

    /// Lays out the next batch of a training step in the buffers.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step number of steps before this one
    void begin(int[][] batch, Dropout numbersToDrop, long step) {
        beginOnOneThread(batch);
        dropout.begin(numbersToDrop, step);
        split = operations(layout.size, acts.rows) >= parallelThreshold;
    }

    /// Lays out the next batch in the buffers, to be computed on one thread whatever its size.
    void beginOnOneThread(int[][] batch) {
        acts.fill(batch, layout.blockSize);
        dropout.begin(Dropout.NONE, 0);
        split = false;
    }

    /// Runs a phase, on several threads if the batch is large enough.
    ///
    /// @param granularity parts begin at multiples of this many units
    void run(Workers.Phase phase, int units, int granularity) {
        if (split) {
            workers.split(phase, units, granularity);
        } else {
            phase.run(0, 0, units);
        }
    }

    /// Runs a phase over all positions.
    void runRows(Workers.Phase phase) {
        run(phase, acts.rows, Kernels.ROWS);
    }

    /// Runs several phases, concurrently if the batch is large enough.
    ///
    /// @param units number of units of each phase
    void run(Workers.Phase[] phases, int[] units, int granularity) {
        if (split) {
            workers.split(phases, units, granularity);
            return;
        }
        for (int i = 0; i < phases.length; i++) {
            phases[i].run(0, 0, units[i]);
        }
    }

    /// The attention of one group of heads over some sequences, or its gradient.
    interface GroupWork {

        /// Runs one of [Kernels#attention] and [Kernels#attentionBackward].
        void run(
                AttentionBuffers buffers,
                AttentionScratch scratch,
                Sequences sequences,
                int from,
                int to,
                int group);
    }

    /// Returns the number of pieces of work that the attention of a layer is.
    int units(AttentionBuffers buffers) {
        int atATime = kernels.sequencesAtATime(buffers);
        return (acts.sequences.count + atATime - 1) / atATime * buffers.groups;
    }

    /// Does the work for a range of pieces, each of which is a group of heads for some sequences.
    ///
    /// @param thread see [Workers.Phase]
    void runGroups(GroupWork work, AttentionBuffers buffers, int thread, int from, int to) {
        AttentionScratch scratch = scratch(thread);
        int atATime = kernels.sequencesAtATime(buffers);
        for (int i = from; i < to; i++) {
            int first = i / buffers.groups * atATime;
            int end = Math.min(first + atATime, acts.sequences.count);
            work.run(buffers, scratch, acts.sequences, first, end, i % buffers.groups);
        }
    }

    private AttentionScratch scratch(int thread) {
        AttentionScratch scratch = scratches[thread];
        if (scratch == null) {
            scratch = new AttentionScratch(layout);
            scratches[thread] = scratch;
        }
        return scratch;
    }

    /// Returns the room of a thread for [Kernels#weightGradient].
    float[] panels(int thread) {
        float[] room = panels[thread];
        if (room == null) {
            room = new float[Kernels.panelFloats(layout.c)];
            panels[thread] = room;
        }
        return room;
    }

    RowDropout dropout() {
        return dropout;
    }

    Gradients gradients() {
        if (gradients == null) {
            gradients = new Gradients(layout, acts);
        }
        return gradients;
    }

    /// Computes y = x W for the rows `from` to `to`, or y = x W^T if given transposed weights.
    void multiply(
            int from,
            int to,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] weights,
            int weight,
            float[] y,
            int yStride) {
        kernels.multiply(
                Activations.roundedRows(to - from),
                in,
                out,
                x,
                from * xStride,
                xStride,
                weights,
                weight,
                y,
                from * yStride,
                yStride);
    }
}
