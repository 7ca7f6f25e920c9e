package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.PositionKind;

import java.util.ArrayList;
import java.util.List;

/// The matrices of a model in the order of the reference, see `Matrix.of`, and where their parameters are in the arrays of
/// a [Layout].
final class ReferenceOrder {

    /// Receives the index and the offset of each parameter.
    interface Visitor {

        /// @param index index of the parameter in the order of the reference
        /// @param offset of the parameter in the arrays
        void visit(int index, int offset);
    }

    /// A matrix of the reference, (rows, columns) row by row.
    ///
    /// @param index of its first parameter
    /// @param isHidden whether it is a weight of an attention or an MLP
    /// @param place where its rows are
    record Placed(int index, int rows, int columns, boolean isHidden, Place place) {

        private void forEachParam(Visitor visitor) {
            int next = index;
            for (int row = 0; row < rows; row++) {
                next = place.visitRow(visitor, next, row, columns);
            }
        }
    }

    private interface Place {

        /// @param index of the first parameter of the row
        /// @return the index after that of the last one
        int visitRow(Visitor visitor, int index, int row, int columns);
    }

    private interface IndexMap {
        int map(int index);
    }

    private static final IndexMap IDENTITY = i -> i;

    private final Layout layout;
    private final List<Placed> matrices = new ArrayList<>();
    private int numParams;

    ReferenceOrder(Layout layout) {
        this.layout = layout;
        int c = layout.c;
        int width = layout.width;
        VectorLayout vectors = layout.vectors;
        addRows(layout.wte, layout.vocab);
        if (layout.architecture.position() == PositionKind.LEARNED) {
            addRows(layout.wpe, layout.blockSize);
        }
        if (!layout.architecture.tied()) {
            add(layout.vocab, width, false, panels(layout.lmHead, c, layout.v, IDENTITY, IDENTITY));
        }
        addNorm(vectors.embeddingNorm);
        for (int layer = 0; layer < layout.layers; layer++) {
            addAttention(layer);
            addMlp(layer);
        }
        addNorm(vectors.finalNorm);
    }

    private void addAttention(int layer) {
        int width = layout.width;
        int kvWidth = layout.kvHeads * layout.headDim;
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        IndexMap heads = i -> i / layout.headDim * layout.d + i % layout.headDim;
        addNorm(vectors.attnNorm());
        int[] firstColumns = {0, layout.a, layout.a + layout.kv}; // of queries, keys, values
        for (int part = 0; part < 3; part++) {
            int first = firstColumns[part];
            int rows = part == 0 ? width : kvWidth;
            IndexMap columns = i -> first + heads.map(i);
            addLinear(
                    rows,
                    width,
                    panels(layout.qkv(layer), layout.c, layout.p, IDENTITY, columns),
                    vectors.qkv(),
                    columns);
        }
        Place wo = panels(layout.wo(layer), layout.a, layout.c, heads, IDENTITY);
        addLinear(width, width, wo, vectors.wo(), IDENTITY);
    }

    private void addMlp(int layer) {
        int width = layout.width;
        int hidden = layout.hidden;
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        addNorm(vectors.mlpNorm());
        if (layout.architecture.isGated()) {
            addHidden(layout.gate(layer), vectors.gate());
        }
        addHidden(layout.fc1(layer), vectors.fc1());
        Place fc2 = panels(layout.fc2(layer), layout.f, layout.c, IDENTITY, IDENTITY);
        addLinear(width, hidden, fc2, vectors.fc2(), IDENTITY);
    }

    /// Adds a layer from the residual stream to the hidden units of an MLP.
    private void addHidden(int weight, int bias) {
        Place place = panels(weight, layout.c, layout.f, IDENTITY, IDENTITY);
        addLinear(layout.hidden, layout.width, place, bias, IDENTITY);
    }

    /// Adds the weight of a linear layer, and its bias if it has one.
    private void addLinear(int rows, int columns, Place weight, int bias, IndexMap columnsOfBias) {
        add(rows, columns, true, weight);
        addVector(bias, rows, columnsOfBias);
    }

    private void add(int rows, int columns, boolean isHidden, Place place) {
        matrices.add(new Placed(numParams, rows, columns, isHidden, place));
        numParams += rows * columns;
    }

    /// Adds a row-major matrix of embeddings.
    private void addRows(int offset, int rows) {
        add(
                rows,
                layout.width,
                false,
                (visitor, index, row, columns) -> {
                    for (int column = 0; column < columns; column++) {
                        visitor.visit(index + column, offset + row * layout.c + column);
                    }
                    return index + columns;
                });
    }

    private void addNorm(VectorLayout.Norm norm) {
        addVector(norm.gain(), layout.width, IDENTITY);
        addVector(norm.bias(), layout.width, IDENTITY);
    }

    /// Adds a gain or a bias, if it exists.
    private void addVector(int offset, int length, IndexMap columns) {
        if (offset == VectorLayout.NONE) {
            return;
        }
        add(
                1,
                length,
                false,
                (visitor, index, _, count) -> {
                    for (int i = 0; i < count; i++) {
                        visitor.visit(index + i, offset + columns.map(i));
                    }
                    return index + count;
                });
    }

    /// Returns the place of the weight of a linear layer: its transpose in panels.
    private static Place panels(
            int offset, int paddedIn, int paddedOut, IndexMap rowOfIn, IndexMap columnOfOut) {
        return (visitor, index, out, in) -> {
            int column = columnOfOut.map(out);
            int first = offset + Layout.panelOffset(paddedIn, paddedOut, 0, column);
            int panel = Layout.panelWidth(paddedOut, Layout.panelStart(paddedOut, column));
            for (int i = 0; i < in; i++) {
                visitor.visit(index + i, first + rowOfIn.map(i) * panel);
            }
            return index + in;
        };
    }

    /// Returns the matrices in their order.
    List<Placed> matrices() {
        return matrices;
    }

    /// Returns the number of parameters, without padding.
    int numParams() {
        return numParams;
    }

    /// Visits all parameters in their order.
    void forEachParam(Visitor visitor) {
        for (Placed matrix : matrices) {
            matrix.forEachParam(visitor);
        }
    }
}
