// The forward pass, computed from the parameter matrices, for numbers that the trace of the service omits. The
// arithmetic is that of microgptjs.

import { activate, addsPosition, isGated, kvHeadsOf } from './architecture.js';
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

function centred(x) {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.map((value) => value - mean);
}

const plus = (a, b) => a.map((value, i) => value + b[i]);
const rowOf = ({ columns, values }, row) => values.slice(row * columns, (row + 1) * columns);

/** The angle by which a pair of n elements differs from one position to the next, times the position. */
const angle = (position, pair, n) => position * 10_000 ** (-2 * pair / n);

function sinusoids(position, n) {
  return Array.from({ length: n }, (_, i) => (i % 2 === 0 ? Math.sin : Math.cos)(angle(position, Math.floor(i / 2), n)));
}

/** Rotates the pairs of a head. */
function rotated(x, position) {
  return x.map((value, i) => {
    const theta = angle(position, Math.floor(i / 2), x.length);
    return value * Math.cos(theta) + (i % 2 === 0 ? -x[i + 1] : x[i - 1]) * Math.sin(theta);
  });
}

/** Cuts a vector into heads. */
function heads(x, dim) {
  return Array.from({ length: x.length / dim }, (_, head) => x.slice(head * dim, (head + 1) * dim));
}

/**
 * The output of every block of the model at the last of some tokens, as a map from the block's id to a vector.
 * Ids in a layer begin with `layer0.` and so on; those of a head end with its number.
 *
 * @param matrices the parameter matrices by name
 * @param tokens ids from the first position on
 * @param architecture see `architectureOf`
 */
export function forward(matrices, tokens, { nLayer, nHead }, architecture) {
  const caches = Array.from({ length: nLayer }, () => ({ keys: [], values: [] }));
  const vector = (name) => matrices[name]?.values;
  const product = (name, x) => {
    const y = linear(matrices[name], x);
    return vector(`${name}_bias`) ? plus(y, vector(`${name}_bias`)) : y;
  };
  const norm = (name, x) => {
    const y = rmsnorm(architecture.norm === 'layernorm' ? centred(x) : x);
    const gain = vector(`${name}_gain`);
    const scaled = gain ? y.map((value, i) => value * gain[i]) : y;
    return vector(`${name}_bias`) ? plus(scaled, vector(`${name}_bias`)) : scaled;
  };
  const read = (head, t) => {
    const normed = architecture.qkNorm ? rmsnorm(head) : head;
    return architecture.position === 'rope' ? rotated(normed, t) : normed;
  };
  const slope = (head) => (architecture.position === 'alibi' ? 2 ** (-8 * (head + 1) / nHead) : 0);
  let outputs = null;
  tokens.forEach((token, t) => {
    outputs = new Map();
    const put = (id, x) => {
      outputs.set(id, x);
      return x;
    };
    let x = put('wte', rowOf(matrices.wte, token));
    if (addsPosition(architecture)) {
      const position = put('wpe', architecture.position === 'learned' ? rowOf(matrices.wpe, t) : sinusoids(t, x.length));
      x = put('sum', plus(x, position));
    }
    x = put('norm', architecture.embeddingNorm ? norm('embedding_norm', x) : x);
    for (let layer = 0; layer < nLayer; layer++) {
      const at = (name) => `layer${layer}.${name}`;
      const apply = (name, input) => put(at(name), product(at(name), input));
      const { keys, values } = caches[layer];
      const before = put(at('norm1'), norm(at('attn_norm'), x));
      const dim = x.length / nHead;
      const queries = heads(apply('attn_wq', before), dim).map((head) => read(head, t));
      keys.push(heads(apply('attn_wk', before), dim).map((head) => read(head, t)));
      values.push(heads(apply('attn_wv', before), dim));
      const sharing = nHead / kvHeadsOf(architecture, nHead); // heads that read the same keys and values
      const attended = queries.map((query, head) => {
        const own = Math.floor(head / sharing);
        const weights = softmax(keys.map((key, s) => key[own].reduce((dot, value, i) => dot + value * query[i], 0) / Math.sqrt(dim)
          - slope(head) * (t - s)));
        put(at(`head${head}`), weights);
        return query.map((_, i) => weights.reduce((mean, weight, s) => mean + weight * values[s][own][i], 0));
      }).flat();
      put(at('attended'), attended);
      x = put(at('add1'), plus(apply('attn_wo', attended), x));
      const input = put(at('norm2'), norm(at('mlp_norm'), x));
      const gates = isGated(architecture) ? apply('mlp_gate', input) : undefined;
      const excited = put(at('relu'), activate(architecture, apply('mlp_fc1', input), gates));
      x = put(at('add2'), plus(apply('mlp_fc2', excited), x));
    }
    if (architecture.finalNorm) {
      x = put('final_norm', norm('final_norm', x));
    }
    put('probs', softmax(put('lm_head', linear(architecture.tied ? matrices.wte : matrices.lm_head, x))));
  });
  return outputs;
}
