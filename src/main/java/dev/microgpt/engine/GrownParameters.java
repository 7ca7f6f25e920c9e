package dev.microgpt.engine;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/// The parameters and moments of a model whose vocabulary has grown. The rows of a token move to its new id; the
/// rows of new tokens are drawn, and their moments are 0.
///
/// @param params (numParams)
/// @param m first moments, (numParams)
/// @param v second moments, (numParams)
record GrownParameters(double[] params, double[] m, double[] v) {

    /// Copies the parameters and moments of a model, and draws the rows of new tokens: those of wte first, then those
    /// of lm_head if there is one, in the order of the token ids.
    ///
    /// @param from the parameters and moments with the old vocabulary
    /// @param before the matrices of the old vocabulary
    /// @param after the matrices of the new vocabulary
    /// @param formerIds for each new token id the old one, or -1 for a new token, (V)
    /// @param draw draws an initial parameter
    static GrownParameters of(
            Engine from,
            List<Matrix> before,
            List<Matrix> after,
            int[] formerIds,
            DoubleSupplier draw) {
        int numParams = after.getLast().end();
        double[] params = new double[numParams];
        double[] m = new double[numParams];
        double[] v = new double[numParams];
        move(from.firstMoments(), m, before, after, formerIds, () -> 0);
        move(from.secondMoments(), v, before, after, formerIds, () -> 0);
        move(from.params(), params, before, after, formerIds, draw);
        return new GrownParameters(params, m, v);
    }

    /// Returns an engine that continues with them.
    Engine engine(ModelOptions options, int vocabSize) {
        return Engine.restore(options.engine(), options.shape(vocabSize), params, m, v);
    }

    private static void move(
            double[] from,
            double[] to,
            List<Matrix> before,
            List<Matrix> after,
            int[] formerIds,
            DoubleSupplier newNumber) {
        for (int i = 0; i < after.size(); i++) {
            Matrix old = before.get(i);
            Matrix grown = after.get(i);
            if (old.rows() == grown.rows()) { // has no rows of tokens
                System.arraycopy(from, old.offset(), to, grown.offset(), old.size());
                continue;
            }
            for (int row = 0; row < formerIds.length; row++) {
                int start = grown.start(row);
                if (formerIds[row] < 0) {
                    for (int column = 0; column < grown.columns(); column++) {
                        to[start + column] = newNumber.getAsDouble();
                    }
                } else {
                    System.arraycopy(from, old.start(formerIds[row]), to, start, grown.columns());
                }
            }
        }
    }

    /// Returns for each id of a tokenizer the id of the same token in an earlier one, or -1, (V).
    static int[] formerIds(Tokenizer before, Tokenizer after) {
        int[] ids = new int[after.vocabSize()];
        if (after.equals(before)) {
            Arrays.setAll(ids, id -> id);
            return ids;
        }
        Arrays.fill(ids, -1);
        if (before instanceof CharTokenizer old && after instanceof CharTokenizer grown) {
            for (int id = 0; id < grown.bos(); id++) {
                ids[id] = old.idOf(grown.codePoint(id));
            }
        }
        ids[after.bos()] = before.bos();
        return ids;
    }
}
