package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.PositionKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One of the parameter matrices of a model: its name, its shape, and its position in the flat array of all
/// parameters. The names are those of microgpt.py. Gains and biases are matrices with one row; the names of those end with
/// `_gain` and `_bias`.
///
/// @param name such as `wte` or `layer0.attn_wq`
/// @param rows number of rows; for a linear layer, the width of its output
/// @param columns number of columns; for a linear layer, the width of its input
/// @param offset index of the first parameter in the flat array; the others follow row by row
public record Matrix(String name, int rows, int columns, int offset) {

    private static final String GAIN = "_gain";
    private static final String BIAS = "_bias";

    /// Returns whether this is a weight of an attention or an MLP.
    boolean isHidden() {
        return name.startsWith("layer") && !isGain() && !isBias();
    }

    /// Returns whether weight decay leaves this as it is: embeddings, gains and biases.
    boolean isExemptFromDecay() {
        return name.equals("wte") || name.equals("wpe") || isGain() || isBias();
    }

    /// Returns whether these numbers begin at 1: they multiply what is normalised.
    boolean isGain() {
        return name.endsWith(GAIN);
    }

    /// Returns whether these numbers begin at 0.
    boolean isBias() {
        return name.endsWith(BIAS);
    }

    /// Returns the number of parameters in this matrix.
    public int size() {
        return rows * columns;
    }

    /// Returns the index after that of the last parameter.
    int end() {
        return offset + size();
    }

    /// Returns the numbers of this matrix, (rows, columns).
    ///
    /// @param all the numbers of all matrices in the flat order, (numParams)
    double[][] rows(double[] all) {
        double[][] matrix = new double[rows][];
        Arrays.setAll(matrix, row -> Arrays.copyOfRange(all, start(row), start(row + 1)));
        return matrix;
    }

    /// Returns the index of the first parameter of a row.
    int start(int row) {
        return offset + row * columns;
    }

    /// Returns all matrices of a model in the order of the reference: wte (V, C), wpe (T, C), lm_head
    /// (V, C), then for each layer attn_wq, attn_wk, attn_wv, attn_wo (C, C), mlp_fc1 (4 C, C), mlp_fc2
    /// (C, 4 C). Each begins where the one before it ends.
    ///
    /// Other architectures leave some out, give others other sizes, and add mlp_gate (F, C) before mlp_fc1. Gains and
    /// biases of the normalisations come before what reads them, and the biases of a linear layer after its weight.
    ///
    /// @param vocabSize V
    /// @return by default (3 + 6 L)
    /// @throws InvalidInputException if there are more parameters than an array can hold
    public static List<Matrix> of(ModelOptions options, int vocabSize) {
        return of(options.shape(vocabSize));
    }

    /// Returns all matrices of a model of a given shape.
    static List<Matrix> of(ModelShape shape) {
        shape.requireNumParams();
        Architecture architecture = shape.architecture();
        int vocabSize = shape.vocabSize();
        int c = shape.nEmbd();
        ListBuilder matrices = new ListBuilder(architecture);
        matrices.add("wte", vocabSize, c);
        if (architecture.position() == PositionKind.LEARNED) {
            matrices.add("wpe", shape.blockSize(), c);
        }
        if (!architecture.tied()) {
            matrices.add("lm_head", vocabSize, c);
        }
        if (architecture.embeddingNorm()) {
            matrices.addNorm("embedding_norm", c);
        }
        for (int i = 0; i < shape.nLayer(); i++) {
            addLayer("layer" + i + ".", shape, matrices);
        }
        if (architecture.finalNorm()) {
            matrices.addNorm("final_norm", c);
        }
        return List.copyOf(matrices.list);
    }

    private static void addLayer(String layer, ModelShape shape, ListBuilder matrices) {
        int c = shape.nEmbd();
        int hidden = shape.hidden();
        matrices.addNorm(layer + "attn_norm", c);
        matrices.addLinear(layer + "attn_wq", c, c);
        matrices.addLinear(layer + "attn_wk", shape.kvWidth(), c);
        matrices.addLinear(layer + "attn_wv", shape.kvWidth(), c);
        matrices.addLinear(layer + "attn_wo", c, c);
        matrices.addNorm(layer + "mlp_norm", c);
        if (shape.architecture().isGated()) {
            matrices.addLinear(layer + "mlp_gate", hidden, c);
        }
        matrices.addLinear(layer + "mlp_fc1", hidden, c);
        matrices.addLinear(layer + "mlp_fc2", c, hidden);
    }

    private static final class ListBuilder {

        final List<Matrix> list = new ArrayList<>();
        private final Architecture architecture;
        private int offset;

        ListBuilder(Architecture architecture) {
            this.architecture = architecture;
        }

        void add(String name, int rows, int columns) {
            list.add(new Matrix(name, rows, columns, offset));
            offset += rows * columns;
        }

        /// Adds the parameters of a normalisation, if it has any.
        void addNorm(String name, int width) {
            if (architecture.normGain()) {
                add(name + GAIN, 1, width);
            }
            if (architecture.normBias()) {
                add(name + BIAS, 1, width);
            }
        }

        void addLinear(String name, int rows, int columns) {
            add(name, rows, columns);
            if (architecture.biases()) {
                add(name + BIAS, 1, rows);
            }
        }
    }
}
