package dev.microgpt.engine;

/// Estimates the memory of a model of the reference engine before it is made. In floating point, where
/// nothing overflows; results are bytes, `Long.MAX_VALUE` for what no machine has.
record ScalarMemoryEstimate(ModelShape shape) {

    /// Bytes of a [dev.microgpt.engine.scalar.Value] with the references to it: of a parameter, and of a
    /// node in a graph.
    private static final double PARAM_BYTES = 68;

    private static final double NODE_BYTES = 64;

    /// Bytes of two moments, and of what a step makes of a parameter and its moments.
    private static final double ADAM_BYTES = (2 + 3) * Double.BYTES;

    /// The parameters and the state of the optimiser.
    long ofState() {
        return (long) (3.0 * Double.BYTES * shape.numParams());
    }

    /// The parameters, the graph of one position, and the keys and values of all.
    long ofReader() {
        return (long) (shape.numParams() * PARAM_BYTES + (nodes(1) + cached()) * NODE_BYTES);
    }

    /// The parameters, the state of the optimiser, and the graph of a document.
    ///
    /// @param tokens of the document, with one BOS
    long ofTrainer(int tokens) {
        double params = shape.numParams() * (PARAM_BYTES + ADAM_BYTES);
        return (long) (params + (nodes(tokens) + cached()) * NODE_BYTES);
    }

    /// Numbers in keys and values of all positions.
    private double cached() {
        return 2.0 * shape.nLayer() * shape.blockSize() * shape.nEmbd();
    }

    /// The numbers in the graph of a document's loss, about.
    ///
    /// @param tokens of the document, with one BOS
    double nodes(int tokens) {
        double n = Math.min(shape.blockSize(), tokens);
        double pairs = // of positions, one attending to the other
                shape.nLayer() * n * (n + 1) / 2;
        return n * (2.0 * shape.numParams() + 8.0 * shape.vocabSize())
                + pairs * (4.0 * shape.nEmbd() + 12.0 * shape.nHead());
    }
}
