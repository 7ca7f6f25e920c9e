// The forward pass, computed from the parameter matrices, for numbers that the trace of the service omits. The
// arithmetic is that of microgptjs.

import { softmax } from './sampling.js';

const EPSILON = 1e-5; // keeps a vector of zeros finite

/** W x; `matrix` is {rows, columns, values}, row by row. */
function linear({ rows, columns, values }, x) {
  return Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      sum += values[r * columns + c] * x[c];
    }
    return sum;
  });
}

function rmsnorm(x) {
  const square = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value) => value / Math.sqrt(square + EPSILON));
}

const plus = (a, b) => a.map((value, i) => value + b[i]);
const rowOf = ({ columns, values }, row) => values.slice(row * columns, (row + 1) * columns);

/**
 * The output of every block of the model at the last of some tokens, as a map from the block's id to a vector.
 * Ids in a layer begin with `layer0.` and so on; those of a head end with its number.
 *
 * @param matrices the parameter matrices by name
 * @param tokens ids from the first position on
 */
export function forward(matrices, tokens, { nLayer, nHead }) {
  const caches = Array.from({ length: nLayer }, () => ({ keys: [], values: [] }));
  let outputs = null;
  tokens.forEach((token, t) => {
    outputs = new Map();
    const put = (id, vector) => {
      outputs.set(id, vector);
      return vector;
    };
    const sum = plus(put('wte', rowOf(matrices.wte, token)), put('wpe', rowOf(matrices.wpe, t)));
    let x = put('norm', rmsnorm(put('sum', sum)));
    for (let layer = 0; layer < nLayer; layer++) {
      const at = (name) => `layer${layer}.${name}`;
      const apply = (name, vector) => put(at(name), linear(matrices[at(name)], vector));
      const { keys, values } = caches[layer];
      const before = put(at('norm1'), rmsnorm(x));
      const query = apply('attn_wq', before);
      keys.push(apply('attn_wk', before));
      values.push(apply('attn_wv', before));
      const dim = query.length / nHead;
      const attended = Array.from({ length: nHead }, (_, head) => {
        const slice = (vector) => vector.slice(head * dim, (head + 1) * dim);
        const weights = softmax(keys.map((key) => slice(key)
          .reduce((dot, value, i) => dot + value * query[head * dim + i], 0) / Math.sqrt(dim)));
        put(at(`head${head}`), weights);
        return Array.from({ length: dim }, (__, i) => weights.reduce((mean, weight, s) => mean + weight * values[s][head * dim + i], 0));
      }).flat();
      put(at('attended'), attended);
      x = put(at('add1'), plus(apply('attn_wo', attended), x));
      const hidden = apply('mlp_fc1', put(at('norm2'), rmsnorm(x)));
      const excited = put(at('relu'), hidden.map((value) => Math.max(0, value)));
      x = put(at('add2'), plus(apply('mlp_fc2', excited), x));
    }
    put('probs', softmax(put('lm_head', linear(matrices.lm_head, x))));
  });
  return outputs;
}
