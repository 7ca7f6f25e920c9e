package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;

/// Estimates the memory of a model of the reference engine before the model is created.
///
/// Results are in bytes. They are computed in floating point so that nothing overflows, and saturate at
/// `Long.MAX_VALUE`.
record ScalarMemoryEstimate(ModelShape shape) {

    /// Bytes per parameter: a [dev.microgpt.engine.scalar.Value] and the references to it.
    private static final double PARAM_BYTES = 68;

    /// Bytes per graph node: a [dev.microgpt.engine.scalar.Value] and the references to it.
    private static final double NODE_BYTES = 64;

    /// Bytes per parameter for its two moments, and for the new parameter and moments that a step computes.
    private static final double ADAM_BYTES = (2 + 3) * Double.BYTES;

    /// Returns the size of the parameters and the optimiser state.
    long stateBytes() {
        return (long) (3.0 * Double.BYTES * shape.numParams());
    }

    /// Returns the size of the parameters, the graph of one position, and the keys and values of all
    /// positions.
    long predictorBytes() {
        return (long) (shape.numParams() * PARAM_BYTES + (nodes(1) + cacheNodes()) * NODE_BYTES);
    }

    /// Returns the size of the parameters, the optimiser state, and the graph of one document.
    ///
    /// @param tokens tokens of the document, with one BOS
    long trainerBytes(int tokens) {
        double params = shape.numParams() * (PARAM_BYTES + ADAM_BYTES);
        return (long) (params + (nodes(tokens) + cacheNodes()) * NODE_BYTES);
    }

    /// Returns the number of keys and values of all positions.
    private double cacheNodes() {
        return 2.0 * shape.nLayer() * shape.blockSize() * shape.kvWidth();
    }

    /// Returns the approximate number of nodes in the graph of a document's loss.
    ///
    /// @param tokens tokens of the document, with one BOS
    double nodes(int tokens) {
        double n = Math.min(shape.blockSize(), tokens);
        double pairs = // pairs of positions of which one attends to the other, over all layers
                shape.nLayer() * n * (n + 1) / 2;
        return n * (2.0 * shape.numParams() + 8.0 * shape.vocabSize() + nodesOfVariations())
                + pairs * (4.0 * shape.nEmbd() + 12.0 * shape.nHead());
    }

    /// Returns how many nodes a position has besides, in other architectures than that of microgpt.
    private double nodesOfVariations() {
        Architecture architecture = shape.architecture();
        double perUnit =
                switch (architecture.activation()) {
                    case RELU -> 0;
                    case RELU2 -> 2;
                    case SILU -> 2;
                    case SWIGLU -> 3;
                    case GELU -> 14;
                };
        double queriesAndKeys = shape.nEmbd() + (double) shape.kvWidth();
        double perQuery =
                (architecture.qkNorm() ? 6 : 0)
                        + (architecture.position() == PositionKind.ROPE ? 8 : 0);
        double norms = 2.0 * shape.nLayer() + 2;
        double perNorm = architecture.norm() == NormKind.LAYERNORM ? 5 : 0;
        return shape.nLayer() * (perUnit * shape.hidden() + perQuery * queriesAndKeys)
                + norms * perNorm * shape.nEmbd();
    }
}
