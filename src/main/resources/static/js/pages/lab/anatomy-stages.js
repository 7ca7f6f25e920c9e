// Describes one training step as a sequence of frames, from the tokens to the new parameters, with a caption for
// each that contains its numbers.

import { number, signed } from '../../data/format.js';
import { BOS } from '../../data/model/tokens.js';

export const STAGES = [
  { stage: 'tokens', title: 'Tokens' },
  { stage: 'forward', title: 'Forward' },
  { stage: 'loss', title: 'Loss' },
  { stage: 'backward', title: 'Backward' },
  { stage: 'adam', title: 'Adam' }, // or another optimiser
];

/** What each optimiser does with a matrix. */
const UPDATES = {
  adam: (name) => `Adam moves every parameter of ${name} against its recent mean gradient (m), in units of the gradient’s typical size (√v)`,
  adamw: (name) => `AdamW moves every parameter of ${name} against its recent mean gradient (m), in units of the gradient’s typical size (√v), and
    makes weights other than embeddings a little smaller`,
  sgd: (name) => `SGD moves every parameter of ${name} against its momentum (m), to which each step adds its gradient`,
  muon: (name) => (name.startsWith('layer')
    ? `Muon moves ${name} as a whole: it takes the recent mean gradient (m), makes all directions of that matrix equally strong, and goes against it`
    : `Muon leaves ${name} to AdamW, which moves every parameter against its recent mean gradient (m), in units of the gradient’s typical size (√v)`),
};

/** The explanation of each kind of tensor of microgpt, and of those that others have, by the last part of its name. */
const MEANINGS = {
  embedded: 'Every token has a row of numbers in wte, every position a row in wpe. Each position starts as the sum of its two rows.',
  embedding: 'RMSNorm divides each row by its root mean square, so that its numbers are neither too large nor too small.',
  attn_norm: 'Before attention, the rows are normalised again.',
  attn_q: 'Query: what each position looks for in those before it. A matrix times a vector.',
  attn_k: 'Key: what each position can be found by.',
  attn_v: 'Value: what each position passes on to those that attend to it.',
  'head.logits': 'How well the query of a position (row) matches the key of each position so far (column), in this head.',
  'head.weights': 'Softmax turns the matches into weights: each row sums to 1. There is nothing to the right of the diagonal, because no position sees what comes later.',
  attn_out: 'Each head gives every position the mean of the values it attends to, weighted by its attention. The results of all heads are concatenated into one row.',
  attn_proj: 'A matrix mixes the results of the heads.',
  attn_residual: 'The result is added to the row: a layer changes the row but does not replace it.',
  mlp_norm: 'Before the MLP, the rows are normalised again.',
  mlp_hidden: 'The MLP: four times as many hidden units, each a weighted sum of the row.',
  mlp_relu: 'ReLU passes what is above 0 and sets the rest to 0.',
  mlp_gates: 'The gate: one number for each hidden unit, another weighted sum of the row.',
  mlp_gelu: 'GELU passes large numbers on unchanged and small ones hardly at all, without a kink.',
  mlp_silu: 'SiLU passes large numbers on unchanged and small ones hardly at all, without a kink.',
  mlp_swiglu: 'SwiGLU multiplies each hidden unit by its gate, which SiLU opens or closes.',
  mlp_relu2: 'Squared ReLU squares what is above 0 and sets the rest to 0.',
  attn_q_read: 'The queries as the heads read them.',
  attn_k_read: 'The keys as the heads read them.',
  final_norm: 'Before the scores, the rows are normalised a last time.',
  mlp_proj: 'A second matrix turns the hidden units back into a row of the model\u2019s width.',
  mlp_residual: 'This result is added to the row as well.',
  logits: 'A score for every token of the vocabulary (column): how well it fits as the next one.',
  probs: 'Softmax turns the scores into probabilities: each row sums to 1.',
};

const POSITIONS = {
  learned: MEANINGS.embedded,
  sinusoidal: 'Every token has a row of numbers in wte. Each position starts as the sum of that row and of sines and cosines of the position.',
  rope: 'Every token has a row of numbers in wte, with which its position starts. Where it is in the text enters later, when queries and keys are rotated.',
  alibi: 'Every token has a row of numbers in wte, with which its position starts. Where it is in the text enters later, when attention falls with the distance.',
  none: 'Every token has a row of numbers in wte, with which its position starts. Nothing tells the model where it is in the text, except how many positions it can see.',
};

/** The explanation of a kind of tensor in an architecture; undefined for parameters. */
function meaningOf(kind, architecture) {
  switch (kind) {
    case 'embedded': return POSITIONS[architecture.position];
    case 'embedding': return architecture.embeddingNorm ? normalised(architecture) : 'The rows go on as they are.';
    case 'head.logits': return architecture.position === 'alibi'
      ? `${MEANINGS[kind]} The farther away that position is, the more is subtracted (ALiBi).` : MEANINGS[kind];
    case 'attn_k': case 'attn_v': return architecture.kvHeads > 0 ? `${MEANINGS[kind]} Several heads share it.` : MEANINGS[kind];
    case 'attn_q_read': case 'attn_k_read': return `${MEANINGS[kind]}${architecture.qkNorm ? ' Each head’s part is divided by its root mean square.' : ''}${
      architecture.position === 'rope' ? ' Pairs of numbers are rotated by angles that grow with the position (RoPE), so that query and key match by their distance.' : ''}`;
    case 'mlp_hidden': return `The MLP: ${architecture.mlpRatio === 4 ? 'four times' : `${number(architecture.mlpRatio)} times`} as many hidden units, each a weighted sum of the row.`;
    case 'logits': return architecture.tied ? `${MEANINGS[kind]} The weights are the token embeddings.` : MEANINGS[kind];
    default: return MEANINGS[kind];
  }
}

function normalised({ norm }) {
  return norm === 'rmsnorm' ? MEANINGS.embedding
    : 'LayerNorm shifts each row to a mean of 0 and scales it to a variance of 1, so that its numbers are neither too large nor too small.';
}

/** What the parameters of a matrix are for. */
function parametersOf(name) {
  if (name.endsWith('_gain')) {
    return `${name}: the learned factor of each column after a normalisation.`;
  }
  if (name.endsWith('_bias')) {
    return `${name}: a learned number that is added to each column.`;
  }
  return PARAMETERS[name] ? `${name}: ${PARAMETERS[name]}.` : `The weights of ${name}.`;
}

const PARAMETERS = {
  wte: 'one row per token', wpe: 'one row per position', lm_head: 'one row per possible next token',
};

/** The part of a tensor's name that says what kind it is. */
function kindOf(name) {
  const parts = name.split('.');
  return parts.at(-2)?.startsWith('head') ? `head.${parts.at(-1)}` : parts.at(-1);
}

/** All frames of a step, in the order of the computation. */
export function framesOf({ tensors, parameters }) {
  const computed = tensors.filter(({ name }) => !['losses', 'loss', 'share'].includes(name));
  const matrices = parameters.map(({ name }) => name);
  return [
    { stage: 'tokens', name: null },
    ...computed.map(({ name }) => ({ stage: 'forward', name })),
    { stage: 'loss', name: 'losses' },
    ...computed.toReversed().map(({ name }) => ({ stage: 'backward', name })),
    ...matrices.toReversed().map((name) => ({ stage: 'backward', name })),
    ...matrices.map((name) => ({ stage: 'adam', name })),
  ];
}

/** The number with the largest absolute value, and where it is. */
function extremeOf(rows) {
  let best = { row: 0, column: 0, value: 0 };
  rows.forEach((numbers, row) => numbers.forEach((value, column) => {
    if (Math.abs(value) > Math.abs(best.value)) {
      best = { row, column, value };
    }
  }));
  return best;
}

const quoted = (token) => (token === BOS ? BOS : `\u201c${token}\u201d`);

/**
 * The caption of a frame, as sentences.
 *
 * @param frame one of `framesOf`
 * @param step {anatomy, reads, next, optimizer, architecture}: the tokens read and those that follow, as visible characters
 * @param tensor the tensor of the frame; null until it is loaded
 */
export function captionOf(frame, { anatomy, reads, next, optimizer, architecture }, tensor) {
  const { stage, name } = frame;
  if (stage === 'tokens') {
    const pairs = reads.slice(0, 3).map((read, t) => `after ${quoted(read)} comes ${quoted(next[t])}`).join(', ');
    return [`The document is read as ${reads.length} tokens, starting with the one that marks the beginning. Each token is a number in the vocabulary.`,
      `At each position, the model has to predict the next token: ${pairs}${reads.length > 3 ? ', and so on' : ''}.`];
  }
  if (stage === 'loss') {
    const losses = anatomy.tensors.find((one) => one.name === 'losses').values.map(([value]) => value);
    const worst = losses.indexOf(Math.max(...losses));
    const best = losses.indexOf(Math.min(...losses));
    return [
      `The loss of a position is −ln of the probability of the actual next token: 0 if the model was certain of it, and the higher, the less likely the model found it.`,
      `The model was most surprised by ${quoted(next[worst])} after ${quoted(reads[worst])}: −ln ${number(Math.exp(-losses[worst]))} = ${number(losses[worst], 4)}`
        + `, and least by ${quoted(next[best])} after ${quoted(reads[best])}: ${number(losses[best], 4)}. The loss of the document is their mean, ${number(mean(losses), 5)}.`,
    ];
  }
  if (tensor === null) {
    return [];
  }
  if (stage === 'adam') {
    const { values, gradients, after } = tensor;
    const { row, column } = extremeOf(after.map((numbers, r) => numbers.map((value, c) => value - values[r][c])));
    const [before, gradient, now] = [values, gradients, after].map((rows) => rows[row][column]);
    const moved = now === before
      ? `${anatomy.learningRate === 0 ? 'The learning rate has reached 0, so nothing moves. Choose an earlier step to see an update' : `With a learning rate of ${anatomy.learningRate}, nothing moves`}.`
      : `The largest change here: ${name}[${row}][${column}] goes from ${signed(before)} to ${signed(now)}, with gradient ${signed(gradient)}.`;
    return [
      `${UPDATES[optimizer](name)}, times the learning rate ${number(anatomy.learningRate)}.`
        + `${optimizer.startsWith('adam') ? ' So all parameters move by similar amounts, whether their gradients are large or small.' : ''}`,
      moved,
    ];
  }
  const meaning = meaningOf(kindOf(name), architecture) ?? parametersOf(name);
  if (stage === 'forward') {
    const { row, column, value } = extremeOf(tensor.values);
    return [meaning, `The largest number here is ${signed(value)}, at position ${row} ${quoted(reads[row])}, number ${column}.`];
  }
  const { row, column, value } = extremeOf(tensor.gradients);
  const where = tensor.formula === undefined ? `${name}[${row}][${column}]` : `number ${column} of position ${row} ${quoted(reads[row])}`;
  return value === 0
    ? [`Backward asks how the loss would change with each number of ${name}. Here, it would not change at all.`]
    : [`Backward asks how the loss would change with each number of ${name}; the answer is its gradient. ${frame.name === 'probs' ? 'Only the probability of the actual next token matters.' : 'By the chain rule, it is the sum of the contributions of everything that was computed from it.'}`,
      `The largest gradient: if ${where} were larger by 0.001, the loss would ${value < 0 ? 'fall' : 'rise'} by about ${number(Math.abs(value) / 1000)} (the gradient is ${signed(value)}).`];
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
