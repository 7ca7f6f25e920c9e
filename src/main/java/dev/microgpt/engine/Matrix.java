package dev.microgpt.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One of the parameter matrices of a model: its name, its shape, and its position in the flat array of all
/// parameters. The names are those of microgpt.py.
///
/// @param name such as `wte` or `layer0.attn_wq`
/// @param rows number of rows; for a linear layer, the width of its output
/// @param columns number of columns; for a linear layer, the width of its input
/// @param offset index of the first parameter in the flat array; the others follow row by row
public record Matrix(String name, int rows, int columns, int offset) {

    /// Returns whether this is a weight of an attention or an MLP.
    boolean isHidden() {
        return name.startsWith("layer");
    }

    /// Returns whether this holds embeddings, which weight decay leaves as they are.
    boolean isEmbedding() {
        return name.equals("wte") || name.equals("wpe");
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

    private int start(int row) {
        return offset + row * columns;
    }

    /// Returns all matrices of a model in the order of the reference: wte (V, C), wpe (T, C), lm_head
    /// (V, C), then for each layer attn_wq, attn_wk, attn_wv, attn_wo (C, C), mlp_fc1 (4 C, C), mlp_fc2
    /// (C, 4 C). Each begins where the one before it ends.
    ///
    /// @param vocabSize V
    /// @return (3 + 6 L)
    /// @throws InvalidInputException if there are more parameters than an array can hold
    public static List<Matrix> of(ModelOptions options, int vocabSize) {
        return of(options.shape(vocabSize));
    }

    /// Returns all matrices of a model of a given shape.
    static List<Matrix> of(ModelShape shape) {
        shape.requireNumParams();
        int vocabSize = shape.vocabSize();
        int c = shape.nEmbd();
        ListBuilder matrices = new ListBuilder();
        matrices.add("wte", vocabSize, c);
        matrices.add("wpe", shape.blockSize(), c);
        matrices.add("lm_head", vocabSize, c);
        for (int i = 0; i < shape.nLayer(); i++) {
            String layer = "layer" + i;
            matrices.add(layer + ".attn_wq", c, c);
            matrices.add(layer + ".attn_wk", c, c);
            matrices.add(layer + ".attn_wv", c, c);
            matrices.add(layer + ".attn_wo", c, c);
            matrices.add(layer + ".mlp_fc1", 4 * c, c);
            matrices.add(layer + ".mlp_fc2", c, 4 * c);
        }
        return List.copyOf(matrices.list);
    }

    private static final class ListBuilder {

        final List<Matrix> list = new ArrayList<>();
        private int offset;

        void add(String name, int rows, int columns) {
            list.add(new Matrix(name, rows, columns, offset));
            offset += rows * columns;
        }
    }
}
