package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.engine.scalar.Value;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.engine.training.UpdateRule;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/// One training step in full detail: every number that the reference engine computes in the forward pass,
/// the loss, the backward pass and the update.
///
/// The numbers are arranged in tensors. A tensor of activations has one row per position; a tensor of
/// parameters is a [Matrix]. All of these numbers, and the intermediate results between them, are nodes of a
/// [Graph] whose root is the loss.
///
/// If a batch has several documents, the tensors and the graph are those of one document, and the root is
/// its share of the loss; gradients of parameters are those of the whole batch. Immutable.
public final class StepAnatomy {

    /// A named tensor of activations or parameters.
    ///
    /// @param name such as `layer0.attn_q`, `layer0.head1.weights` or `loss`; see [Matrix] for parameters
    /// @param formula how the values are computed, in terms of tensors of the same layer and head; null for
    ///     parameters
    /// @param values (rows, columns); each row of attention logits and weights is one longer than the row
    ///     before
    /// @param gradients the gradient of the loss with respect to each value, of the same shape
    /// @param update the update of parameters; null for activations
    public record Tensor(
            String name,
            @Nullable String formula,
            double[][] values,
            double[][] gradients,
            @Nullable Update update) {}

    /// The update of a parameter matrix. All arrays have the shape of the matrix.
    ///
    /// @param m first moments of the gradients, or their momentum, after this step
    /// @param v second moments, after this step
    /// @param after the parameters after this step
    public record Update(double[][] m, double[][] v, double[][] after) {}

    /// The update of one parameter. That of Adam is
    /// after = (1 - learningRate weightDecay) before - learningRate mHat / (sqrt(vHat) + epsilon).
    ///
    /// @param optimizer the rule that applies to this parameter
    /// @param before the parameter before this step
    /// @param gradient the gradient of the batch's loss with respect to the parameter
    /// @param gradientScale the factor by which it was shortened before the update; null if it was not
    /// @param m after this step, first moment or momentum: beta1 of the previous one plus 1 - beta1 of the gradient, for
    ///     Adam; by default, beta1 is 0.85
    /// @param v second moment after this step: beta2 of the previous one plus 1 - beta2 of the squared gradient; by
    ///     default, beta2 is 0.99. Null unless Adam applies
    /// @param mHat m, corrected for its bias towards the initial 0; null unless Adam applies
    /// @param vHat v, corrected for its bias towards the initial 0; null unless Adam applies
    /// @param epsilon null unless Adam applies
    /// @param learningRate the learning rate of this step
    /// @param weightDecay the share that the step removes at learning rate 1; null for none
    /// @param after the parameter after this step
    public record ParameterUpdate(
            OptimizerKind optimizer,
            double before,
            double gradient,
            @Nullable Double gradientScale,
            double m,
            @Nullable Double v,
            @Nullable Double mHat,
            @Nullable Double vHat,
            @Nullable Double epsilon,
            double learningRate,
            @Nullable Double weightDecay,
            double after) {}

    /// The location of a number: the name of its tensor, its row and its column, both counted from 0.
    public record Location(String tensor, int row, int column) {}

    /// The update of all parameters.
    ///
    /// @param gradientScale the factor by which the gradient was shortened; 1 if it was not
    record Optimizer(StepSettings settings, double gradientScale, ScalarUpdate update) {}

    private record Numbers(@Nullable String formula, Value[][] rows, @Nullable Matrix matrix) {}

    private final double batchLoss;
    private final Map<String, Numbers> tensors = new LinkedHashMap<>();
    private final Optimizer optimizer;
    private final Graph graph;
    private final int root;
    private final @Nullable Location[] locations; // (graph.size)

    /// @param activations in the order in which they were computed; the last one is the root of the graph
    /// @param params (numParams)
    StepAnatomy(
            double batchLoss,
            Map<String, AnatomyRecorder.Rows> activations,
            List<Matrix> matrices,
            Value[] params,
            Optimizer optimizer) {
        this.batchLoss = batchLoss;
        this.optimizer = optimizer;
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
        locations = new Location[graph.size()];
        tensors.forEach(
                (name, numbers) -> {
                    for (int row = 0; row < numbers.rows.length; row++) {
                        for (int column = 0; column < numbers.rows[row].length; column++) {
                            locations[graph.idOf(numbers.rows[row][column])] =
                                    new Location(name, row, column);
                        }
                    }
                });
    }

    /// Returns the numbers of all tensors. The loss does not depend on some of them: the embeddings of tokens
    /// that do not occur, the probabilities of tokens that are not the next one.
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

    /// Returns the loss of the step in nats: the mean over the documents of the batch.
    public double batchLoss() {
        return batchLoss;
    }

    /// Returns the gradient of the batch's loss with respect to every parameter, (numParams).
    double[] gradients() {
        return tensors.values().stream()
                .filter(numbers -> numbers.matrix != null)
                .flatMap(numbers -> Arrays.stream(numbers.rows))
                .flatMap(Arrays::stream)
                .mapToDouble(Value::grad)
                .toArray();
    }

    /// Returns the learning rate of the step.
    public double learningRate() {
        return optimizer.settings.learningRate();
    }

    /// Returns the names of all tensors: first the activations in the order in which they are computed, then
    /// the parameters.
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /// Returns the parameter matrices.
    public List<Matrix> matrices() {
        return tensors.values().stream().map(Numbers::matrix).filter(Objects::nonNull).toList();
    }

    /// Returns whether there is a tensor of this name.
    public boolean hasTensor(String name) {
        return tensors.containsKey(name);
    }

    /// Returns the tensor of this name, or null if there is none.
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
                matrix == null ? null : update(matrix));
    }

    private Update update(Matrix matrix) {
        ScalarUpdate update = optimizer.update;
        return new Update(
                matrix.rows(update.m()), matrix.rows(update.v()), matrix.rows(update.params()));
    }

    /// Returns the tensors of activations, in the order in which they are computed.
    public List<Tensor> activations() {
        return tensors.entrySet().stream()
                .filter(entry -> entry.getValue().matrix == null)
                .map(entry -> tensor(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static double[][] map(Value[][] rows, ToDoubleFunction<Value> field) {
        double[][] numbers = new double[rows.length][];
        Arrays.setAll(numbers, row -> Arrays.stream(rows[row]).mapToDouble(field).toArray());
        return numbers;
    }

    /// Returns the graph of all numbers of the step.
    public Graph graph() {
        return graph;
    }

    /// Returns the node id of the loss, or of the document's share of the batch's loss.
    public int root() {
        return root;
    }

    /// Returns the location of a node in a tensor; null for intermediate results and constants.
    ///
    /// @throws IndexOutOfBoundsException if the graph has no such node
    public @Nullable Location location(int id) {
        return locations[id];
    }

    /// Returns the node id of the number at a location.
    ///
    /// @throws InvalidInputException if the row or the column is out of range
    /// @throws IllegalArgumentException if there is no such tensor
    public int idOf(Location location) {
        Numbers numbers = tensors.get(location.tensor);
        if (numbers == null) {
            throw new IllegalArgumentException("no tensor " + location.tensor);
        }
        InvalidInputException.requireRange("row", location.row, 0, numbers.rows.length - 1);
        Value[] row = numbers.rows[location.row];
        InvalidInputException.requireRange("column", location.column, 0, row.length - 1);
        return graph.idOf(row[location.column]);
    }

    /// Returns the update of a parameter, or null if the node is not a parameter.
    ///
    /// @param id a node id
    public @Nullable ParameterUpdate update(int id) {
        Location location = locations[id];
        Numbers numbers = location == null ? null : tensors.get(location.tensor);
        Matrix matrix = numbers == null ? null : numbers.matrix;
        if (location == null || matrix == null) {
            return null;
        }
        int i = matrix.offset() + location.row * matrix.columns() + location.column;
        return update(matrix, i, graph.node(id));
    }

    /// @param i index of the parameter
    private ParameterUpdate update(Matrix matrix, int i, Value parameter) {
        StepSettings settings = optimizer.settings;
        UpdateRule rule = settings.rule();
        ScalarUpdate update = optimizer.update;
        OptimizerKind kind = ScalarUpdate.kind(rule, matrix);
        boolean isAdam = kind == OptimizerKind.ADAM || kind == OptimizerKind.ADAMW;
        double m = update.m()[i];
        double v = update.v()[i];
        double decay = matrix.isExemptFromDecay() ? 0 : rule.decay();
        return new ParameterUpdate(
                kind,
                parameter.data(),
                parameter.grad(),
                optimizer.gradientScale == 1 ? null : optimizer.gradientScale,
                m,
                isAdam ? v : null,
                isAdam ? m / ScalarUpdate.bias(rule.beta1(), settings.step()) : null,
                isAdam ? v / ScalarUpdate.bias(rule.beta2(), settings.step()) : null,
                isAdam ? rule.epsilon() : null,
                settings.learningRate(),
                decay == 0 ? null : decay,
                update.params()[i]);
    }
}
