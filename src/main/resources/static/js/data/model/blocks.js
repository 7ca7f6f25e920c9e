// The blocks of the model in data-flow order, with title, formula and explanation.

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
  relu: { title: 'ReLU', formula: 'r_i = max(0, h_i)', words: 'Passes values above 0 on unchanged; a unit below 0 is inactive and outputs 0.' },
  mlp_fc2: { title: 'MLP, second layer', formula: 'z = W_2 r', words: 'The contribution of the active units.' },
  add2: { title: 'Residual', formula: 'x ← x + z', words: 'Adds the output of the MLP to the stream.' },
  lm_head: { title: 'Logits', formula: 'l = W_lm x', words: 'A score for each possible next token. There is no normalisation before it.' },
  probs: { title: 'Probabilities', formula: 'p_i = exp(l_i) / Σ_j exp(l_j)', words: 'The probability of each token to come next, at temperature 1.' },
};

/** The {name, title, formula, words} of a block. */
export function describeBlock(id) {
  const layer = layerOf(id);
  const kind = id.replace(/^layer\d+\./, '');
  const head = kind.match(/^head(\d+)$/)?.[1];
  const block = BLOCKS[head === undefined ? kind : 'head'];
  const where = [layer !== undefined && `layer ${Number(layer) + 1}`, head !== undefined && `head ${Number(head) + 1}`].filter(Boolean);
  return { ...block, name: where.length > 0 ? `${block.title}, ${where.join(', ')}` : block.title };
}
