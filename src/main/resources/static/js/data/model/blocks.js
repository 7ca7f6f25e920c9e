// The blocks of the model in data-flow order, with title, formula and explanation.

import { number } from '../format.js';
import { NORM_NAMES, addsPosition, isGated } from './architecture.js';
import { texts } from '../texts.js';

const t = await texts('panels');

const layerOf = (id) => id.match(/^layer(\d+)\./)?.[1];

const FORMULAS = {
  wte: 'e = wte[token]',
  wpe: 'p = wpe[t]',
  sum: 'x = e + p',
  norm: 'x_i ← x_i / √( mean_j(x_j²) + 0.00001 )',
  norm1: 'y_i = x_i / √( mean_j(x_j²) + 0.00001 )',
  attn_wq: 'q = W_q y',
  attn_wk: 'k = W_k y',
  attn_wv: 'v = W_v y',
  head: t('formulas.attention'),
  heads: t('formulas.attention'),
  attn_wo: 'z = W_o [ o_1 … o_H ]',
  add1: 'x ← x + z',
  norm2: 'y_i = x_i / √( mean_j(x_j²) + 0.00001 )',
  mlp_fc1: 'h = W_1 y',
  mlp_gate: 'g = W_g y',
  relu: 'r_i = max(0, h_i)',
  mlp_fc2: 'z = W_2 r',
  add2: 'x ← x + z',
  lm_head: 'l = W_lm x',
  probs: 'p_i = exp(l_i) / Σ_j exp(l_j)',
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

const ACTIVATIONS = {
  gelu: 'r_i = h_i Φ(h_i)',
  silu: 'r_i = h_i / (1 + exp(−h_i))',
  swiglu: 'r_i = h_i g_i / (1 + exp(−g_i))',
  relu2: 'r_i = max(0, h_i)²',
};

const textsOf = (block) => ({ title: t(`blocks.${block}.title`), words: t(`blocks.${block}.words`) });
const sentences = (...texts) => texts.filter((text) => text !== null).join(' ');

/** What is different in a block of another architecture than microgpt's. */
function variation(kind, architecture) {
  const { norm, embeddingNorm, position, activation, biases, qkNorm, kvHeads, tied, finalNorm, mlpRatio } = architecture;
  const title = NORM_NAMES[norm];
  const bias = biases ? ' + b' : '';
  switch (kind) {
    case 'wpe': return position === 'sinusoidal' ? { ...textsOf('sinusoidal'), formula: 'p_2i = sin( t / 10000^(2i / C) )\np_2i+1 = cos( t / 10000^(2i / C) )' } : undefined;
    case 'norm': return embeddingNorm
      ? { title, formula: `x_i ← ${normed(architecture)}`, ...(norm === 'layernorm' && { words: t('blocks.layernorm.words') }) }
      : { ...textsOf('stream'), formula: addsPosition(architecture) ? 'x' : 'x = e' };
    case 'norm1': case 'norm2': return { title, formula: `y_i = ${normed(architecture)}` };
    case 'final_norm': return { title, formula: `y_i = ${normed(architecture)}`, words: t('blocks.final_norm.words') };
    case 'attn_wq': case 'attn_wk': case 'attn_wv': return {
      formula: FORMULAS[kind] + bias,
      words: sentences(t(`blocks.${kind}.words`), kvHeads > 0 && kind !== 'attn_wq' ? t('additions.shared') : null, qkNorm && kind !== 'attn_wv' ? t('additions.qkNorm') : null),
    };
    case 'head': case 'heads': return {
      formula: t(position === 'alibi' ? 'formulas.alibi' : 'formulas.attention'),
      words: sentences(t(`blocks.${kind}.words`), position === 'rope' || position === 'alibi' ? t(`additions.${position}`) : null),
    };
    case 'mlp_fc1': return { formula: FORMULAS.mlp_fc1 + bias, words: t('blocks.mlp_fc1.words', { ratio: number(mlpRatio) }) };
    case 'mlp_gate': return { formula: FORMULAS.mlp_gate + bias };
    case 'relu': return activation === 'relu' ? undefined : { ...textsOf(activation), formula: ACTIVATIONS[activation] };
    case 'attn_wo': case 'mlp_fc2': return { formula: FORMULAS[kind] + bias };
    case 'lm_head': return {
      formula: `l = ${tied ? 'W_te' : 'W_lm'} ${finalNorm ? 'y' : 'x'}`,
      words: sentences(t('blocks.lm_head.words'), finalNorm ? null : t('additions.noNorm'), tied ? t('additions.tied') : null),
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
  const own = variation(plain, architecture);
  const block = { formula: FORMULAS[plain], title: own?.title ?? t(`blocks.${plain}.title`), words: own?.words ?? t(`blocks.${plain}.words`), ...own };
  return { ...block, name: nameOf(block.title, layer, head) };
}

/** The title of a block with its place, whose numbers are counted from 0. */
function nameOf(title, layer, head) {
  const place = { title, layer: Number(layer) + 1, head: Number(head) + 1 };
  return layer === undefined ? title : t(head === undefined ? 'blockInLayer' : 'headInLayer', place);
}
