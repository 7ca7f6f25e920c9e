// The blocks of the model in data-flow order, with title, formula and explanation.

import { number } from '../format.js';
import { NORM_NAMES, addsPosition, isGated } from './architecture.js';

const layerOf = (id) => id.match(/^layer(\d+)\./)?.[1];

const BLOCKS = {
  wte: { title: 'Token embedding', formula: 'e = wte[token]', words: 'The row of the matrix wte that belongs to the token: C learned numbers.' },
  wpe: { title: 'Position embedding', formula: 'p = wpe[t]', words: 'The row of the matrix wpe that belongs to position t.' },
  sum: { title: 'Sum', formula: 'x = e + p', words: 'The token and its position in one vector.' },
  norm: { title: 'RMSNorm', formula: 'x_i ← x_i / √( mean_j(x_j²) + 0.00001 )', words: 'Scales the vector so that the mean of its squares is 1. The residual stream starts here.' },
  norm1: { title: 'RMSNorm', formula: 'y_i = x_i / √( mean_j(x_j²) + 0.00001 )', words: 'Normalises the input of attention; the stream itself continues unchanged.' },
  attn_wq: { title: 'Query', formula: 'q = W_q y', words: 'What this position looks for. Each head has its own part of the vector.' },
  attn_wk: { title: 'Key', formula: 'k = W_k y', words: 'What this position can be found by.' },
  attn_wv: { title: 'Value', formula: 'v = W_v y', words: 'What this position passes on to those that attend to it.' },
  head: { title: 'Attention head', formula: 'a_s = softmax over s ≤ t of ( q_t · k_s / √d )\no = Σ_s a_s v_s', words: 'How much this position attends to each position so far, with d = C / heads. The weights sum to 1; the output o is the weighted mean of the values.' },
  heads: { title: 'Attention heads', formula: 'a_s = softmax over s ≤ t of ( q_t · k_s / √d )\no = Σ_s a_s v_s', words: 'How much each head attends to each position so far, one row per head. The menu of the Attention panel shows all weights.' },
  attn_wo: { title: 'Output of attention', formula: 'z = W_o [ o_1 … o_H ]', words: 'Mixes the outputs of the heads.' },
  add1: { title: 'Residual', formula: 'x ← x + z', words: 'Adds the output of attention to the stream.' },
  norm2: { title: 'RMSNorm', formula: 'y_i = x_i / √( mean_j(x_j²) + 0.00001 )', words: 'Normalises the input of the MLP.' },
  mlp_fc1: { title: 'MLP, first layer', formula: 'h = W_1 y', words: '4 C units. Each detects a direction in the stream.' },
  mlp_gate: { title: 'Gate', formula: 'g = W_g y', words: 'One number for each unit, which decides how much of it passes.' },
  relu: { title: 'ReLU', formula: 'r_i = max(0, h_i)', words: 'Passes values above 0 on unchanged; a unit below 0 is inactive and outputs 0.' },
  mlp_fc2: { title: 'MLP, second layer', formula: 'z = W_2 r', words: 'The contribution of the active units.' },
  add2: { title: 'Residual', formula: 'x ← x + z', words: 'Adds the output of the MLP to the stream.' },
  lm_head: { title: 'Logits', formula: 'l = W_lm x', words: 'A score for each possible next token. There is no normalisation before it.' },
  probs: { title: 'Probabilities', formula: 'p_i = exp(l_i) / Σ_j exp(l_j)', words: 'The probability of each token to come next, at temperature 1.' },
};

/** Whether an architecture has a block. */
export function hasBlock(id, architecture) {
  switch (id.replace(/^layer\d+\./, '')) {
    case 'wpe': case 'sum': return addsPosition(architecture);
    case 'mlp_gate': return isGated(architecture);
    case 'final_norm': return architecture.finalNorm;
    default: return true;
  }
}

/** What a normalisation computes, and which words name it. */
function normed({ norm, normGain, normBias }) {
  const plain = norm === 'rmsnorm' ? 'x_i / √( mean_j(x_j²) + 0.00001 )' : '( x_i − mean_j(x_j) ) / √( variance_j(x_j) + 0.00001 )';
  return `${normGain ? 'g_i ' : ''}${plain}${normBias ? ' + b_i' : ''}`;
}

const POSITIONS = {
  sinusoidal: {
    wpe: { title: 'Position', formula: 'p_2i = sin( t / 10000^(2i / C) )\np_2i+1 = cos( t / 10000^(2i / C) )', words: 'Sines and cosines of the position t; nothing about it is learned.' },
  },
  rope: { words: ' Before that, queries and keys are rotated by angles that grow with their position, so that only the distance matters.' },
  alibi: { formula: 'a_s = softmax over s ≤ t of ( q_t · k_s / √d − m (t − s) )\no = Σ_s a_s v_s', words: ' What is far away counts less: m is a number of the head.' },
};

const ACTIVATIONS = {
  gelu: { title: 'GELU', formula: 'r_i = h_i Φ(h_i)', words: 'Passes large values on unchanged and small ones hardly at all, without a kink; Φ is the distribution function of the normal distribution.' },
  silu: { title: 'SiLU', formula: 'r_i = h_i / (1 + exp(−h_i))', words: 'Passes large values on unchanged and small ones hardly at all, without a kink.' },
  swiglu: { title: 'SwiGLU', formula: 'r_i = h_i g_i / (1 + exp(−g_i))', words: 'Each unit is multiplied by its gate, which SiLU opens or closes.' },
  relu2: { title: 'Squared ReLU', formula: 'r_i = max(0, h_i)²', words: 'Squares values above 0; a unit below 0 is inactive and outputs 0.' },
};

/** What is different in a block of another architecture than microgpt's. */
function variation(kind, architecture) {
  const { norm, embeddingNorm, position, activation, biases, qkNorm, kvHeads, tied, finalNorm, mlpRatio } = architecture;
  const title = NORM_NAMES[norm];
  switch (kind) {
    case 'wpe': return POSITIONS[position]?.wpe;
    case 'norm': return embeddingNorm
      ? { title, formula: `x_i ← ${normed(architecture)}`, ...(norm === 'layernorm' && { words: 'Scales the vector to a mean of 0 and a variance of 1. The residual stream starts here.' }) }
      : { title: 'Residual stream', formula: addsPosition(architecture) ? 'x' : 'x = e', words: 'The residual stream starts here, without a normalisation.' };
    case 'norm1': case 'norm2': return { title, formula: `y_i = ${normed(architecture)}` };
    case 'final_norm': return { title, formula: `y_i = ${normed(architecture)}`, words: 'Normalises the stream a last time.' };
    case 'attn_wq': case 'attn_wk': case 'attn_wv': {
      const { formula, words } = BLOCKS[kind];
      const isShared = kvHeads > 0 && kind !== 'attn_wq';
      return { formula: formula + (biases ? ' + b' : ''), words: `${words}${isShared ? ' Several heads share it.' : ''}${qkNorm && kind !== 'attn_wv' ? ' RMSNorm then scales each head’s part.' : ''}` };
    }
    case 'head': case 'heads': {
      const { formula = BLOCKS.head.formula, words = '' } = POSITIONS[position] ?? {};
      return { formula, words: BLOCKS[kind].words + words };
    }
    case 'mlp_fc1': return { formula: `${BLOCKS.mlp_fc1.formula}${biases ? ' + b' : ''}`, words: `${number(mlpRatio)} C units. Each detects a direction in the stream.` };
    case 'mlp_gate': return { formula: `g = W_g y${biases ? ' + b' : ''}` };
    case 'relu': return ACTIVATIONS[activation];
    case 'attn_wo': case 'mlp_fc2': return { formula: `${BLOCKS[kind].formula}${biases ? ' + b' : ''}` };
    case 'lm_head': return {
      formula: `l = ${tied ? 'W_te' : 'W_lm'} ${finalNorm ? 'y' : 'x'}`,
      words: `A score for each possible next token.${finalNorm ? '' : ' There is no normalisation before it.'}${tied ? ' The rows are those of the token embeddings.' : ''}`,
    };
    default: return undefined;
  }
}

/**
 * The {name, title, formula, words} of a block.
 *
 * @param architecture see `architectureOf`
 */
export function describeBlock(id, architecture) {
  const layer = layerOf(id);
  const kind = id.replace(/^layer\d+\./, '');
  const head = kind.match(/^head(\d+)$/)?.[1];
  const plain = head === undefined ? kind : 'head';
  const block = { ...BLOCKS[plain], ...variation(plain, architecture) };
  const where = [layer !== undefined && `layer ${Number(layer) + 1}`, head !== undefined && `head ${Number(head) + 1}`].filter(Boolean);
  return { ...block, name: where.length > 0 ? `${block.title}, ${where.join(', ')}` : block.title };
}
