package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.engine.scalar.Value;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One training step taken apart, down to single numbers: what forward, loss, backward and Adam compute,
/// as the reference engine does it.
///
/// The numbers lie in tensors, each a row a position; those of parameters are the matrices of [Matrix].
/// All of them, and what was computed in between, are nodes of a [Graph] whose root is the loss. Where a
/// batch has several documents, tensors and graph are those of one, and the root is its share in the
/// loss; gradients of parameters are of the whole batch. Never changes.
public final class StepAnatomy {

    /// Numbers that belong together.
    ///
    /// @param name such as `layer0.attn_q`, `layer0.head1.weights` or `loss`; see [Matrix] for parameters
    /// @param formula how they are computed, with names of the same layer and head; null for parameters
    /// @param values (rows, columns); rows of attention grow by one from position to position
    /// @param gradients of the loss with respect to each value
    /// @param update what Adam makes of parameters; null for what is none
    public record Tensor(
            String name,
            @Nullable String formula,
            double[][] values,
            double[][] gradients,
            @Nullable Update update) {}

    /// What Adam makes of parameters, each of the same shape as these.
    ///
    /// @param m first moments of the gradients, after this step
    /// @param v second moments
    /// @param after the parameters after this step
    public record Update(double[][] m, double[][] v, double[][] after) {}

    /// What Adam makes of one parameter: after = before - learningRate mHat / (sqrt(vHat) + 1e-8).
    ///
    /// @param before the parameter in this step
    /// @param gradient of the loss
    /// @param m 0.85 of the m before, and 0.15 of the gradient
    /// @param v 0.99 of the v before, and 0.01 of the gradient's square
    /// @param mHat m, corrected for its beginning at 0
    /// @param vHat v, corrected for its beginning at 0
    /// @param learningRate of this step
    /// @param after the parameter after this step
    public record ParameterUpdate(
            double before,
            double gradient,
            double m,
            double v,
            double mHat,
            double vHat,
            double learningRate,
            double after) {}

    /// Where a number lies.
    public record Place(String tensor, int row, int column) {}

    /// @param m (numParams)
    /// @param v (numParams)
    /// @param after (numParams)
    /// @param mBias what m is divided by
    /// @param vBias what v is divided by
    record Adam(
            double[] m,
            double[] v,
            double[] after,
            double mBias,
            double vBias,
            double learningRate) {}

    private record Numbers(@Nullable String formula, Value[][] rows, @Nullable Matrix matrix) {}

    private final double batchLoss;
    private final Map<String, Numbers> tensors = new LinkedHashMap<>();
    private final Adam adam;
    private final Graph graph;
    private final int root;
    private final @Nullable Place[] places; // (graph.size)

    /// @param activations in the order in which they were computed: the root of the graph is the last
    /// @param params (numParams)
    StepAnatomy(
            double batchLoss,
            Map<String, AnatomyRecorder.Rows> activations,
            List<Matrix> matrices,
            Value[] params,
            Adam adam) {
        this.batchLoss = batchLoss;
        this.adam = adam;
        Value last = params[0];
        for (Map.Entry<String, AnatomyRecorder.Rows> tensor : activations.entrySet()) {
            Value[][] rows = tensor.getValue().rows().toArray(Value[][]::new);
            tensors.put(tensor.getKey(), new Numbers(tensor.getValue().formula(), rows, null));
            last = rows[rows.length - 1][0];
        }
        for (Matrix matrix : matrices) {
            tensors.put(matrix.name(), new Numbers(null, rows(matrix, params), matrix));
        }
        graph = Graph.of(last, all());
        root = graph.idOf(last);
        places = new Place[graph.size()];
        tensors.forEach(
                (name, numbers) -> {
                    for (int row = 0; row < numbers.rows.length; row++) {
                        for (int column = 0; column < numbers.rows[row].length; column++) {
                            places[graph.idOf(numbers.rows[row][column])] =
                                    new Place(name, row, column);
                        }
                    }
                });
    }

    /// Also what the loss does not depend on: parameters of tokens that are not there, probabilities of
    /// what did not come.
    private Value[] all() {
        return tensors.values().stream()
                .flatMap(numbers -> Arrays.stream(numbers.rows))
                .flatMap(Arrays::stream)
                .toArray(Value[]::new);
    }

    private static Value[][] rows(Matrix matrix, Value[] params) {
        Value[][] rows = new Value[matrix.rows()][];
        Arrays.setAll(
                rows,
                row -> {
                    int start = matrix.offset() + row * matrix.columns();
                    return Arrays.copyOfRange(params, start, start + matrix.columns());
                });
        return rows;
    }

    /// The loss of the step, in nats: the mean over the documents of the batch.
    public double batchLoss() {
        return batchLoss;
    }

    /// The gradient of the loss with respect to every parameter, (numParams).
    double[] gradients() {
        return tensors.values().stream()
                .filter(numbers -> numbers.matrix != null)
                .flatMap(numbers -> Arrays.stream(numbers.rows))
                .flatMap(Arrays::stream)
                .mapToDouble(Value::grad)
                .toArray();
    }

    /// The learning rate of the step.
    public double learningRate() {
        return adam.learningRate;
    }

    /// The names of all tensors: first what is computed, in the order of computing, then parameters.
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /// The matrices of the parameters.
    public List<Matrix> matrices() {
        return tensors.values().stream().map(Numbers::matrix).filter(Objects::nonNull).toList();
    }

    public boolean hasTensor(String name) {
        return tensors.containsKey(name);
    }

    /// @return null if there is none of that name
    public @Nullable Tensor tensor(String name) {
        Numbers numbers = tensors.get(name);
        return numbers == null ? null : tensor(name, numbers);
    }

    private Tensor tensor(String name, Numbers numbers) {
        Matrix matrix = numbers.matrix;
        return new Tensor(
                name,
                numbers.formula,
                map(numbers.rows, Value::data),
                map(numbers.rows, Value::grad),
                matrix == null
                        ? null
                        : new Update(
                                matrix.rows(adam.m), matrix.rows(adam.v), matrix.rows(adam.after)));
    }

    /// All that is computed on the way from the parameters to the loss.
    public List<Tensor> activations() {
        return tensors.entrySet().stream()
                .filter(entry -> entry.getValue().matrix == null)
                .map(entry -> tensor(entry.getKey(), entry.getValue()))
                .toList();
    }

    private interface Reading {
        double of(Value value);
    }

    private static double[][] map(Value[][] rows, Reading reading) {
        double[][] numbers = new double[rows.length][];
        Arrays.setAll(numbers, row -> Arrays.stream(rows[row]).mapToDouble(reading::of).toArray());
        return numbers;
    }

    /// All numbers, the root being the loss, or its share in that of the batch.
    public Graph graph() {
        return graph;
    }

    /// The id of the root.
    public int root() {
        return root;
    }

    /// Where a number of the graph lies; null for one in between, and for constants.
    public @Nullable Place place(int id) {
        return places[id];
    }

    /// The number of the graph that lies in a place.
    ///
    /// @throws InvalidInputException if the tensor has no such place
    /// @throws IllegalArgumentException if there is no such tensor
    public int idOf(Place place) {
        Numbers numbers = tensors.get(place.tensor);
        if (numbers == null) {
            throw new IllegalArgumentException("no tensor " + place.tensor);
        }
        InvalidInputException.requireRange("row", place.row, 0, numbers.rows.length - 1);
        Value[] row = numbers.rows[place.row];
        InvalidInputException.requireRange("column", place.column, 0, row.length - 1);
        return graph.idOf(row[place.column]);
    }

    /// What Adam makes of a parameter.
    ///
    /// @return null for what is none
    public @Nullable ParameterUpdate update(int id) {
        Place place = places[id];
        Numbers numbers = place == null ? null : tensors.get(place.tensor);
        Matrix matrix = numbers == null ? null : numbers.matrix;
        if (place == null || matrix == null) {
            return null;
        }
        int i = matrix.offset() + place.row * matrix.columns() + place.column;
        Value parameter = graph.node(id);
        return new ParameterUpdate(
                parameter.data(),
                parameter.grad(),
                adam.m[i],
                adam.v[i],
                adam.m[i] / adam.mBias,
                adam.v[i] / adam.vBias,
                adam.learningRate,
                adam.after[i]);
    }
}
