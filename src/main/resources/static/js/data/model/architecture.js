// What a model is built of. A session's options have only what differs from microgpt.

import { texts } from '../texts.js';

const t = await texts('common');

const MICROGPT = {
  norm: 'rmsnorm', normGain: false, normBias: false, embeddingNorm: true, finalNorm: false, qkNorm: false,
  activation: 'relu', mlpRatio: 4, position: 'learned', tied: false, biases: false, kvHeads: 0,
};

/** The architecture of a session with these options, with all its options. */
export function architectureOf(options) {
  return Object.fromEntries(Object.entries(MICROGPT).map(([name, value]) => [name, options[name] ?? value]));
}

/** The number of heads with keys and values of their own. */
export function kvHeadsOf({ kvHeads }, nHead) {
  return kvHeads === 0 ? nHead : kvHeads;
}

/** The width of the hidden layer of an MLP. */
export function hiddenOf({ mlpRatio }, nEmbd) {
  return Math.max(1, Math.round(mlpRatio * nEmbd));
}

export const isGated = ({ activation }) => activation === 'swiglu';

/** Whether the embedding of a position is added to that of the token. */
export const addsPosition = ({ position }) => position === 'learned' || position === 'sinusoidal';

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** The activations by name, from a number of the hidden layer, and from one of its gate. */
const ACTIVATIONS = {
  relu: (x) => Math.max(0, x),
  gelu: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
  silu: (x) => x * sigmoid(x),
  swiglu: (x, gate) => gate * sigmoid(gate) * x,
  relu2: (x) => Math.max(0, x) ** 2,
};

/** The hidden layer after its activation; `gates` only if there are some. */
export function activate({ activation }, hidden, gates) {
  return hidden.map((x, i) => ACTIVATIONS[activation](x, gates?.[i]));
}

/** The names of the activations. */
export const ACTIVATION_NAMES = { relu: 'ReLU', gelu: 'GELU', silu: 'SiLU', swiglu: 'SwiGLU', relu2: t('squaredRelu') };

/** The names of the normalisations. */
export const NORM_NAMES = { rmsnorm: 'RMSNorm', layernorm: 'LayerNorm' };

/** The number of parameters of all layers and of the rest; `products` counts those that take part in a product for each token. */
export function parameterCounts(options, vocabSize) {
  const architecture = architectureOf(options);
  const { nEmbd: c, nHead, nLayer, blockSize } = options;
  const kv = kvHeadsOf(architecture, nHead) * c / nHead;
  const hidden = hiddenOf(architecture, c);
  const into = isGated(architecture) ? 2 : 1;
  const layer = 2 * c * c + 2 * kv * c + (into + 1) * hidden * c;
  const vectors = (architecture.normGain ? c : 0) + (architecture.normBias ? c : 0);
  const norms = 2 * nLayer + (architecture.embeddingNorm ? 1 : 0) + (architecture.finalNorm ? 1 : 0);
  const biases = architecture.biases ? nLayer * (3 * c + 2 * kv + into * hidden) : 0;
  const products = nLayer * layer + vocabSize * c;
  const tables = (architecture.tied ? 0 : vocabSize) + (architecture.position === 'learned' ? blockSize : 0);
  return { products, all: products + tables * c + norms * vectors + biases };
}
