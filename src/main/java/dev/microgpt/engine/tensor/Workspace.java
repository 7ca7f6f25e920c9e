package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// The working buffers of a trainer or of a reader, which serve one batch at a time. Each is made when it
/// is first needed.
final class Workspace {

    final Layout layout;
    final Kernels kernels;
    final Activations acts;
    private final double worthwhile;
    private final AttentionScratch[] scratches = new AttentionScratch[Workers.PARTS];
    private @Nullable Gradients gradients;

    /// Whether the batch at hand is split among threads.
    private boolean split;

    Workspace(Layout layout, Kernels kernels) {
        this(layout, kernels, Workers.WORTHWHILE);
    }

    /// @param worthwhile operations of a step from which on it is split among threads
    Workspace(Layout layout, Kernels kernels, double worthwhile) {
        this.layout = layout;
        this.kernels = kernels;
        this.worthwhile = worthwhile;
        acts = new Activations(layout);
    }

    /// Additions and multiplications of a step, about.
    static double operations(double params, double rows) {
        return 6 * params * rows;
    }

    /// Takes the next batch.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    void begin(int[][] batch) {
        beginOnOneThread(batch);
        split = operations(layout.size, acts.rows) >= worthwhile;
    }

    /// The same, whatever the size of the batch.
    void beginOnOneThread(int[][] batch) {
        acts.fill(batch, layout.blockSize);
        split = false;
    }

    /// Runs a phase, on several threads if the batch is large enough.
    ///
    /// @param size of units that stay together
    void run(Workers.Phase phase, int units, int size) {
        if (split) {
            Workers.split(phase, units, size);
        } else {
            phase.run(0, 0, units);
        }
    }

    /// Runs a phase over all positions.
    void runRows(Workers.Phase phase) {
        run(phase, acts.rows, Kernels.ROWS);
    }

    /// Runs several phases, at the same time if the batch is large enough.
    ///
    /// @param units of each phase
    void run(Workers.Phase[] phases, int[] units, int size) {
        if (split) {
            Workers.split(phases, units, size);
            return;
        }
        for (int i = 0; i < phases.length; i++) {
            phases[i].run(0, 0, units[i]);
        }
    }

    /// The attention of one group of heads over one sequence, or its gradient.
    interface GroupWork {

        /// See [Kernels#attention].
        void run(
                AttentionBuffers buffers, AttentionScratch scratch, int tokens, int row, int group);
    }

    /// Does the work for some groups of heads.
    ///
    /// @param part see [Workers.Phase]
    /// @param from,to groups of all documents, one document after the other
    void runGroups(GroupWork work, AttentionBuffers buffers, int part, int from, int to) {
        AttentionScratch scratch = scratch(part);
        for (int i = from; i < to; i++) {
            int document = i / buffers.groups;
            int start = acts.starts[document];
            int tokens = acts.starts[document + 1] - start;
            work.run(buffers, scratch, tokens, start, i % buffers.groups);
        }
    }

    private AttentionScratch scratch(int part) {
        AttentionScratch scratch = scratches[part];
        if (scratch == null) {
            scratch = new AttentionScratch(layout);
            scratches[part] = scratch;
        }
        return scratch;
    }

    Gradients gradients() {
        if (gradients == null) {
            gradients = new Gradients(layout, acts);
        }
        return gradients;
    }

    /// y = x W, or y = x W^T with the transposed weights.
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
