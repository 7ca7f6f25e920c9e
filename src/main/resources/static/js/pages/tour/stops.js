// The ten stops of the tour: title, panels, the position a stop is about, and its caption. A caption explains what
// holds for every such model, and says about this session only what its numbers support.

import { html, nothing } from 'lit';

import { count, loss, number, plural, signed } from '../../data/format.js';
import { ACTIVATION_NAMES, architectureOf, hiddenOf } from '../../data/model/architecture.js';
import { nearest } from '../../data/model/nearest-rows.js';
import { atTemperature } from '../../data/model/sampling.js';
import { inWords } from '../../data/model/tokens.js';
import { OPTIMISERS, withDefaults } from '../../data/session-options.js';
import { SITE } from '../../data/site.js';
import { fact, letter, listed, quoted, share, upTo } from './caption-text.js';
import { lossesOf, meanOf, middle } from './prediction-losses.js';

const BEGINNING = 4; // numbers of a vector that a caption shows
const TEXTS = 4; // samples in a sentence
const ENOUGH = 50; // losses whose mean is meaningful
const MILESTONES = 6; // samples of the whole training

const isUntrained = ({ step }) => step === 0;

// ---- 1 what it is for

function purpose(facts, view) {
  const { samples } = facts;
  const documents = [...new Set([facts.doc, ...samples.filter(({ known }) => known).map(({ text }) => text)])];
  const written = [...new Set(samples.map(({ text }) => text))].slice(-TEXTS);
  return html`
    <p>This session has ${fact('documents', count(view.numDocs))} short texts to learn from, called documents: for
      instance, ${listed(documents.filter((text) => text !== '').slice(0, 3).map(quoted))}. From them it learns to
      write texts that could be on the same list. Nobody gives it any rules.</p>
    ${isUntrained(facts) ? html`
      <p>At step 0 it has not been trained: everything in it is random, and so is what it writes:
        ${listed(written.map(quoted))}.</p>` : html`
      <p>It has been trained for ${fact('step', plural(facts.step, 'step'))}. From time to time it wrote a sample; the
        latest are ${listed(written.map(quoted))}. The panel shows which of them are on the list and which are new.</p>`}
    <p>Everything it knows is in ${fact('parameters', count(view.numParams))} numbers, its parameters. A parameter is a
      number that the model multiplies by or adds. Training changes only these numbers, a little
      at a time.</p>
    <p>The model uses them to answer a single question: given the beginning of a text, how likely is
      each character to come next? The next stops follow one text through the model.</p>`;
}

// ---- 2 tokens

function tokens(facts, view) {
  const { trace, positions, doc } = facts;
  const bos = view.vocabSize - 1;
  const isPairs = view.options.tokenizer === 'bpe';
  const isCut = isPairs ? trace?.truncated : [...doc].length > view.options.blockSize - 1;
  return html`
    ${isPairs ? bytePairs(view) : html`<p>A model computes with numbers, so each character is first turned into one: its token. The documents of this
      session have ${fact('characters', count(bos))} different characters: tokens 0 to ${count(bos - 1)}. One more
      token, ${fact('bos', count(bos))}, written ${letter('◆')}, marks where a text begins and ends
      (some panels call it BOS). That makes ${fact('tokens', count(view.vocabSize))}.</p>`}
    ${trace === null ? nothing : html`
      <p>The text ${quoted(doc)} becomes
        ${fact('ids', positions.map(({ readId }) => readId).join(', '))}${isCut ? nothing : `, and ${bos} at its end`}.
        The numbers are only names: that two of them are close does not mean that the characters are alike.</p>
      <p>In this text the model has ${plural(positions.length, 'question')} to answer, one at each position:
        ${listed(positions.slice(0, 2).map(({ t, next }) => html`what comes ${upTo(facts, t)} (${letter(next)})`))},
        and so on. The end of a text is predicted like any other character: it is the token ${letter('◆')}.</p>`}
    <p>The model reads at most ${fact('blockSize', count(view.options.blockSize))} tokens at a time; longer texts are cut.</p>`;
}

function bytePairs(view) {
  return html`
    <p>A model computes with numbers, so each piece of a text is first turned into one: its token. Tokens 0 to 255 are the
      bytes of which texts are made. ${fact('merges', count(view.vocabSize - 257))} more stand for longer pieces: each joins two
      tokens that were often side by side in the documents. One more token, ${fact('bos', count(view.vocabSize - 1))}, written
      ${letter('◆')}, marks where a text begins and ends. That makes ${fact('tokens', count(view.vocabSize))}.</p>`;
}

// ---- 3 embeddings

/** How the position enters, up to the sum of the embeddings. */
function positionInWords({ position }, blockSize) {
  switch (position) {
    case 'learned': return `The position in the text matters as well, so each of the ${count(blockSize)} positions has its own row in a second
      table. The row of the token and the row of its position are added, number by number.`;
    case 'sinusoidal': return `The position in the text matters as well, so sines and cosines of the position, which are not learned, are added
      to the row of the token, number by number.`;
    case 'rope': return 'The position in the text matters as well; in this model, it enters in attention: queries and keys are rotated by angles that grow with it (RoPE).';
    case 'alibi': return 'The position in the text matters as well; in this model, it enters in attention, which falls with the distance (ALiBi).';
    default: return 'Nothing tells this model where a token is in the text, except how many come before it.';
  }
}

function normInWords({ norm, embeddingNorm }) {
  const what = norm === 'rmsnorm' ? 'RMSNorm: the mean of the squares becomes 1' : 'LayerNorm: the mean becomes 0 and the variance 1';
  return embeddingNorm
    ? `The result is scaled to a standard size (${what}; this is repeated before each of the following parts).`
    : `Before each of the following parts, the numbers are scaled to a standard size (${what}).`;
}

function embeddings(facts, view) {
  const architecture = architectureOf(view.options);
  const { vectors, symbols, positions } = facts;
  const { nEmbd, blockSize } = view.options;
  const first = positions[1]?.readId ?? null;
  const isKnown = vectors !== null && first !== null;
  const alike = isKnown && vectors.length > 2
    ? nearest(vectors.slice(0, -1), first, 1)[0] : undefined; // not BOS, which is no character
  return html`
    <p>A token by itself says nothing about its character. So each token has a row in a table of parameters, a list of
      ${fact('nEmbd', count(nEmbd))} numbers: its embedding. The table has ${count(view.vocabSize)} rows,
      ${fact('wte', count(view.vocabSize * nEmbd))} parameters.
      ${isKnown ? html`The row of ${letter(symbols[first])} begins
        ${fact('vector', vectors[first].slice(0, BEGINNING).map((x) => signed(x)).join(', '))}.` : nothing}</p>
    <p>${positionInWords(architecture, blockSize)} ${normInWords(architecture)} From here on, each position is a list of
      ${count(nEmbd)} numbers.</p>
    <p>Each list is a point in a space of ${count(nEmbd)} directions; the panel shows the two in which they differ
      most. ${alike === undefined ? nothing : isUntrained(facts) ? html`
        Before training, all rows are random, so it is chance which ones are close: the nearest to ${letter(symbols[first])} is
        ${fact('nearest', symbols[alike.index])}. During training, characters that are followed by similar things tend to
        move close to each other.` : html`
        Training moves the rows; characters that are followed by similar things tend to move close to each other.
        The row nearest in direction to ${letter(symbols[first])} is now ${fact('nearest', symbols[alike.index])}: the cosine of
        their angle is ${fact('cosine', signed(alike.similarity, 2))} (1 means the same direction, 0 a right angle).`}</p>`;
}

// ---- 4 attention

/** The largest weight with which a position looks back at an earlier one, {layer, head, t, s, weight}. */
function strongestLook(trace) {
  let strongest = null;
  const least = trace.vizData.length > 2 ? 2 : 1; // before that there is nearly nothing to choose from
  trace.vizData.slice(least).forEach(({ attentionWeights }, i) => attentionWeights.forEach((heads, layer) =>
    heads.forEach((weights, head) => weights.slice(0, -1).forEach((weight, s) => {
      if (strongest === null || weight > strongest.weight) {
        strongest = { layer, head, t: i + least, s, weight };
      }
    }))));
  return strongest;
}

function attention(facts, view) {
  const { trace, positions, doc } = facts;
  const { nHead, nLayer, nEmbd } = view.options;
  const { kvHeads } = architectureOf(view.options);
  const look = trace === null ? null : strongestLook(trace);
  return html`
    <p>So far each position knows only its own token. Attention lets it use what earlier positions hold: each position
      gives a weight from 0 to 1 to itself and to every earlier position, summing to 1, and computes the weighted mean of
      what these positions pass on.</p>
    ${look === null ? nothing : html`
      <p>In ${quoted(doc)}, the strongest attention to an earlier position is at position ${fact('looks', look.t)}, which has just read
        ${inWords(positions[look.t].read)}: head ${fact('head', look.head + 1)}${nLayer > 1 ? ` of layer ${look.layer + 1}` : ''}
        gives position ${fact('at', look.s)}, ${inWords(positions[look.s].read)}, the weight
        ${fact('weight', look.weight.toFixed(3))}. All its other weights sum to
        ${(1 - look.weight).toFixed(3)}. ${isUntrained(facts) ? html`That means nothing yet: before training, the
        weights of a position are nearly equal.` : nothing}</p>`}
    <p>The weights are computed, not stored. With tables of parameters, each position makes three lists from its own numbers: a query
      (what it looks for), a key (what it can be found by) and a value (what it passes on). A query times a key, number
      by number, then summed and divided by the square root of their length, is a score. Softmax turns the scores into
      weights: e to the power of each, divided by the sum of all of these.</p>
    <p>No position can see what comes after it: that is why each picture is a triangle. Its job is to predict the next
      character; if it could see that character, it would simply copy it. And when the model writes, what comes later does
      not exist yet.</p>
    <p>${nHead === 1 ? html`Here, one head does this` : html`Here, ${fact('heads', count(nHead))} heads do this in
      parallel, each with ${count(nEmbd / nHead)} of the ${count(nEmbd)} numbers of query, key and value, so that each can look for
      something different`}.${kvHeads > 0 ? ` ${count(nHead / kvHeads)} of them at a time share keys and values.` : nothing} A fourth table of parameters mixes the results of the heads, and the result is added to what
      the position already had (a residual connection), so nothing is lost.</p>`;
}

// ---- 5 the MLP

/** What a hidden unit does with its sum. */
function activationInWords({ activation }) {
  switch (activation) {
    case 'relu': return 'If the sum is above 0, the unit is on and outputs the sum; otherwise it is off and outputs 0. This is called ReLU.';
    case 'relu2': return 'If the sum is above 0, the unit is on and outputs its square; otherwise it is off and outputs 0. This is called squared ReLU.';
    case 'swiglu': return 'It does so twice, with different parameters: the second sum is its gate. If the gate is well above 0, the unit is on and outputs the product of both; far below 0, it is off and outputs nearly 0. This is called SwiGLU.';
    default: return `If the sum is well above 0, the unit is on and outputs nearly the sum; far below 0, it is off and outputs nearly 0. This is called ${ACTIVATION_NAMES[activation]}.`;
  }
}

function mlp(facts, view) {
  const architecture = architectureOf(view.options);
  const { trace, positions, doc } = facts;
  const { nEmbd, nLayer } = view.options;
  const last = trace?.vizData.at(-1).mlpActivations[0] ?? [];
  const on = last.filter((value) => value > 0).length;
  const strongest = last.reduce((best, value, unit) => (value > last[best] ? unit : best), 0);
  return html`
    <p>After attention, each position continues on its own through the MLP (multilayer perceptron). It has
      ${fact('units', count(trace === null ? hiddenOf(architecture, nEmbd) : last.length))} hidden units. Each multiplies the
      ${count(nEmbd)} numbers of the position by ${count(nEmbd)} parameters of its own and adds up the results.</p>
    <p>${activationInWords(architecture)} Without it, two such multiplications in a row could do no more than one.</p>
    ${trace === null ? nothing : html`
      <p>At the last position of ${quoted(doc)}, which has just read ${inWords(positions.at(-1).read)},
        ${fact('on', count(on))} of the units ${nLayer > 1 ? 'of layer 1' : ''} are on${on === 0 ? '.' : html`; the
        strongest is unit ${fact('unit', strongest)} with ${fact('unit-value', signed(last[strongest]))}.`}
        In the panel, violet cells are on and grey ones are off.</p>`}
    <p>A second table of parameters turns the outputs of the units into ${count(nEmbd)} numbers again, which are added
      to what the position already had. Attention and MLP together are one layer; this model has ${fact('layers', count(nLayer))}${nLayer > 1 ? ', one after the other' : ''}.
      The second panel shows the whole model.</p>`;
}

// ---- 6 probabilities

function probabilities(facts, view) {
  const { trace, symbols, positions } = facts;
  const at = middle(facts);
  const probs = trace?.vizData[at]?.probs ?? null;
  const isKnown = probs !== null && symbols !== null;
  const top = isKnown ? probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, 3) : [];
  const best = (temperature) => share(atTemperature(probs, temperature)[top[0]]);
  return html`
    <p>At the end, each position has to predict what comes next. ${architectureOf(view.options).tied ? html`The table of the token embeddings is used again: it` : 'The last table'} has a row of ${count(view.options.nEmbd)}
      parameters for each of the ${count(view.vocabSize)} tokens. The numbers of the position, multiplied by the row and
      added up, are the score of the token (its logit). Softmax turns the scores into probabilities: e to the power of each,
      divided by the sum of all of these. So there is one number per token, each above 0, and they sum to 1.</p>
    ${isKnown ? html`
      <p>Here, ${upTo(facts, at)}, the most likely next tokens are
        ${listed(top.map((id, i) => html`${letter(symbols[id])} with ${fact(`top-${i + 1}`, share(probs[id]))}`))}.
        ${isUntrained(facts) ? html`Before training, the model has hardly any preference: each token has a probability of about
          1/${count(view.vocabSize)} = ${share(1 / view.vocabSize)}. ` : nothing}
        The actual next token is ${letter(positions[at].next)}${positions[at].nextId === null ? nothing : html`, which the model gives
        ${share(probs[positions[at].nextId])}`}.</p>` : nothing}
    <p>When the model writes, it draws the next token at random with these probabilities. Temperature sets how adventurous
      the draw is: each score is divided by it before softmax. At 1 the probabilities stay as in training. Below 1,
      likely tokens become more likely: texts get safer and more alike. Temperature 0 cannot be a divisor, so it
      means always taking the most likely token. Above 1, the probabilities come closer together: more surprises, more mistakes.
      ${isKnown ? html`The most likely token here, ${letter(symbols[top[0]])}, has ${fact('cold', best(0.5))} at temperature 0.5,
        ${fact('plain', best(1))} at 1 and ${fact('hot', best(2))} at 2. Move the slider.` : nothing}</p>`;
}

// ---- 7 loss

function lossStop(facts, view) {
  const { trace, baselines, doc } = facts;
  const losses = trace === null ? [] : lossesOf(facts);
  const example = losses.find(({ t }) => t === middle(facts)) ?? losses[0];
  const mean = losses.length > 0 ? meanOf(losses) : null;
  return html`
    <p>How wrong is a prediction? It depends on the probability p that the model gave to the actual next token. The loss
      is</p>
    <p class="formula">loss = −ln p</p>
    <p>with the natural logarithm. For p = 1 (certain, and right) it is 0. Each halving of p adds 0.69, and as p approaches 0,
      the loss grows without limit.</p>
    ${example === undefined ? nothing : html`
      <p>Here, ${upTo(facts, example.t)}, the next token is ${letter(example.next)}. The model gave it
        p = ${fact('p', number(example.p, 4))}, so the loss is −ln ${number(example.p, 4)} = ${fact('loss', loss(example.loss))}.</p>
      <p>${quoted(doc)} has ${plural(losses.length, 'prediction')}; the mean of their losses is the loss of the text:
        ${fact('mean', loss(mean))}.</p>`}
    ${baselines === null ? nothing : html`
      <p>For comparison: a model that finds all ${count(view.vocabSize)} tokens equally likely gives each of them 1/${count(view.vocabSize)},
        so its loss is ln ${count(view.vocabSize)} = ${fact('uniform', loss(baselines.uniform))} at every position. A model that
        knows only how frequent each token is has a mean loss of ${fact('unigram', loss(baselines.unigram))} over all documents.
        ${mean === null ? nothing : mean < baselines.uniform
          ? 'On this text, the model does better than the first of these.' : 'On this text, the model does no better than the first of these.'}</p>`}
    <p>Learning means making the mean loss of the documents smaller.</p>`;
}

// ---- 8 a training step

function trainingStep(facts, view, { limits }) {
  const { example } = facts;
  const options = withDefaults(view.options, limits);
  const { numParams } = view;
  const batch = example?.docs.length ?? view.options.batchSize;
  return html`
    <ol class="order">
      <li><b>Take</b> the next ${batch === 1 ? 'document' : `${count(batch)} documents`}${example ? html`:
        ${listed(example.docs.slice(0, 3).map(quoted))}${batch > 3 ? ' …' : nothing}` : nothing}.</li>
      <li><b>Forward</b>: compute the probabilities at all positions, and from them the mean loss${example ? html`:
        ${fact('step-loss', loss(example.loss))}` : nothing}.</li>
      <li><b>Backward</b>: go back through the whole computation, from the loss to the parameters, and compute the
        gradient of each parameter: how fast the loss would rise if this parameter grew a little and all others stayed the same. There are
        ${fact('parameters', count(numParams))} parameters, the numbers in all the tables of the previous stops.</li>
      <li><b>${OPTIMISERS[options.optimizer]}</b>, the optimiser, changes every parameter a little, in the direction that lowers the loss.</li>
      <li><b>Repeat</b> with the next ${batch === 1 ? 'document' : 'documents'}.</li>
    </ol>
    ${example === null ? nothing : gradientExample(example, facts)}
    ${options.optimizer === 'adam' ? adam(example, options) : otherOptimiser(options)}
    ${example !== null ? nothing : html`
      <p>${facts.isMovable ? 'A step of this model is too large to show single numbers, so there is no example here. The panel shows the numbers of all its tables.'
        : 'The learning rate of this session has always been 0, so no step changes anything, and there is no example.'}</p>`}`;
}

function gradientExample({ row, column, value, gradient, trains }, { symbols, step }) {
  const isUp = gradient > 0;
  return html`
    ${trains === step + 1 ? nothing : html`
      <p>The learning rate has reached 0, so further steps change nothing. This is an earlier step.</p>`}
    <p>As an example, take one parameter in step ${fact('trains', count(trains))}: number ${column} in the row of
      ${letter(symbols?.[row] ?? `#${row}`)} in the last table (framed in the panel). Its value is
      ${fact('value', signed(value, 6))}, its gradient ${fact('gradient', signed(gradient, 4))}:
      ${isUp ? 'positive, so if the parameter grew, the loss would rise' : 'negative, so if the parameter grew, the loss would fall'}. To lower the
      loss, it should become ${isUp ? 'smaller' : 'larger'}.</p>`;
}

function otherOptimiser({ optimizer, weightDecay, momentum }) {
  return html`<p>${{
    adamw: html`This session uses AdamW. Like Adam, it moves each parameter against the recent mean of its gradients, divided by
      their typical size. Besides, it makes each weight smaller by the learning rate times ${number(weightDecay)} in every step; embeddings keep their size.`,
    sgd: html`This session uses gradient descent with momentum. For each parameter it keeps m: ${number(momentum)} of the old m plus the new
      gradient. The parameter moves by the learning rate times m, in the other direction.`,
    muon: html`This session uses Muon. For each matrix of a layer it keeps the recent mean of its gradients, makes all directions of that
      matrix equally strong, and moves the weights against it, by the learning rate. The other matrices are left to AdamW.`,
  }[optimizer]} All parameters change within the same step.</p>`;
}

function adam(example, { beta1, beta2, epsilon }) {
  const before = example && (example.m - (1 - beta1) * example.gradient) / beta1; // m as the panel shows it
  const [kept, added, keptOfV, addedOfV] = [beta1, 1 - beta1, beta2, 1 - beta2].map((share) => `${number(100 * share)}%`);
  return html`
    <p>Adam uses more than this one ${example?.docs.length > 1 ? 'batch' : 'document'}. For each parameter, it keeps two running means. m is
      the mean of the gradients: ${kept} of the old m and ${added} of the new gradient${example === null ? nothing : html`, here
      ${number(beta1)} · ${signed(before)} + ${number(1 - beta1)} · ${signed(example.gradient)} = ${fact('m', signed(example.m))}`}. v is the mean of their squares, with ${keptOfV} and
      ${addedOfV}${example === null ? nothing : html`, here ${fact('v', signed(example.v))}`}. Both start at 0, so they are too small in the first
      steps. In step n, m̂ = m / (1 − ${number(beta1)}ⁿ) and v̂ = v / (1 − ${number(beta2)}ⁿ) correct this${example === null ? nothing : html`: ${signed(example.m / (1 - beta1 ** example.trains))} and
      ${signed(example.v / (1 - beta2 ** example.trains))}`}. Then</p>
    <p class="formula">new = old − learning rate · m̂ / (√v̂ + ${epsilon === 1e-8 ? '10⁻⁸' : number(epsilon)})</p>
    <p>The sign of m̂ decides: if the recent gradients were mostly positive, the parameter goes down; if they were
      mostly negative, it goes up. The newest gradient alone may say otherwise. Dividing by √v̂, the typical size of its gradients, makes all
      parameters move by similar amounts, whether their gradients are large or small; the learning rate, a small number,
      sets how far that is. ${example === null ? nothing : newValue(example)} All parameters change in this way, within the same step.</p>`;
}

function newValue({ value, gradient, after, learningRate }) {
  const isDown = after < value;
  const isWithGradient = (gradient > 0) === isDown;
  const [from, to] = [value, after].map((x) => Number(x.toPrecision(6))); // as shown, so that the sum is right
  return html`It is ${fact('rate', number(learningRate, 4))} in this step, and the new value
    ${signed(value, 6)} ${isDown ? '−' : '+'} ${number(Math.abs(to - from) || Math.abs(after - value))} = ${fact('after', signed(after, 6))}: a little
    ${isDown ? 'smaller' : 'larger'}, ${isWithGradient ? 'as this gradient suggests' : 'against this gradient, because those of the earlier steps outweigh it'}.`;
}

// ---- 9 learning over time

function learningRateInWords({ learningRate, numSteps, schedule, warmupSteps, minLearningRate }) {
  const rise = warmupSteps === 0 ? nothing : html`The learning rate rises over the first ${plural(warmupSteps, 'step')}.`;
  if (schedule === 'constant') {
    return html`${rise} ${warmupSteps === 0 ? 'The learning rate' : 'Then it'} stays at ${number(learningRate)}.`;
  }
  return html`${rise} ${warmupSteps === 0 ? 'The learning rate' : 'Then it'} falls ${schedule === 'linear' ? 'linearly' : 'along half a cosine'} from
    ${number(learningRate)} at step ${count(warmupSteps)} to ${number(minLearningRate)} at step ${count(numSteps)}: large changes first, fine ones later.`;
}

function learning(facts, view, { name, limits }) {
  const { samples, first, recent, baselines } = facts;
  const options = withDefaults(view.options, limits);
  const { batchSize, numSteps, schedule, minLearningRate } = options;
  const steps = new Set(Array.from({ length: MILESTONES }, (_, i) => Math.round(i * (samples.length - 1) / (MILESTONES - 1))));
  return html`
    ${isUntrained(facts) ? html`
      <p>${facts.at === null ? html`No step has been trained yet, so there is no curve. A small model takes a few seconds for a thousand
        steps: train them here, and watch the loss fall.` : 'This is the model before its first step; the curve shows what came later.'}</p>` : html`
      <p>Each step has a loss, computed before its update. ${first === null ? nothing : html`The loss of step 1 was
        ${fact('first', loss(first))}${baselines === null ? nothing : html` (with all tokens equally likely, it would be
        ${loss(baselines.uniform)})`}.`}
        ${recent ? html`The mean of the last ${plural(recent.steps, 'step')} is ${fact('recent', loss(recent.mean))}.` : nothing}
        ${recent?.steps >= ENOUGH && first !== null ? (recent.mean < first ? 'It has learned something.' : 'It has not improved.') : nothing}</p>`}
    <p>A step uses ${batchSize === 1 ? 'one document' : plural(batchSize, 'document')}, and some are harder than others. So
      single losses jump, while the moving average shows the trend. ${learningRateInWords(options)}
      ${facts.step < numSteps || schedule === 'constant' || minLearningRate > 0 ? nothing : html`The learning rate has reached 0, so further steps change nothing unless you increase
        “Decay over” (numSteps) on the <a href="${SITE}s/${encodeURIComponent(name)}">Live page</a>.`}</p>
    ${samples.length < 2 ? nothing : html`
      <p>What the model wrote during training, each time with the same random seed:</p>
      <dl class="texts">${[...steps].map((i) => html`
        <div><dt>step ${count(samples[i].step)}</dt><dd>${quoted(samples[i].text)}</dd></div>`)}</dl>`}
    <p>As long as the documents differ, the loss cannot fall to 0: what came before does not determine what comes next.</p>`;
}

// ---- 10 writing

const QUESTIONS = [
  ['What does attention compute, and what can a position not see?', [4]],
  ['What is the loss of one prediction?', [7]],
  ['What happens in a training step, in order?', [8]],
  ['What is a parameter, how many are there, and how does Adam change one?', [1, 8]],
  ['What does temperature do?', [6, 10]],
];

function writing(facts, view, { name }) {
  const path = `${SITE}s/${encodeURIComponent(name)}`;
  return html`
    <p>To write, the model starts with ${letter('◆')} and computes the probabilities of what comes next, with the scores
      divided by the temperature. One token is drawn at random with these probabilities and appended to the
      text. This repeats until ${letter('◆')} is drawn or ${count(view.options.blockSize)} tokens have been read. Try it in the panel,
      one character at a time.</p>
    <p>Large language models consist of the same parts: tokens (pieces of words instead of characters), embeddings,
      attention, MLPs, probabilities, the loss −ln p, gradients, and an optimiser such as Adam. They differ in details, and
      everything is much larger: billions of parameters instead of ${fact('parameters', count(view.numParams))}, many
      layers, far more text. Those that answer questions have been trained further to do so.</p>
    <p>What next? The <a href=${path}>Live page</a> shows and steers training as it happens. In the <a href="${path}/lab">Lab</a>, you can
      see what the model does with a text.</p>
    <p>Can you answer these now?</p>
    <ul class="questions">${QUESTIONS.map(([question, stops]) => html`
      <li>${question} ${stops.map((stop) => html`
        <a href="?stop=${stop}" data-stop=${stop} aria-label="Stop ${stop}: ${question}">Stop ${stop}</a>`)}</li>`)}</ul>`;
}

/**
 * `panels` with `isLive` always show the newest step; `position` returns the position that panels point at, if
 * any.
 */
export const STOPS = [
  { id: 'purpose', title: 'What it is for', caption: purpose, panels: [{ tag: 'mg-samples-panel', load: () => import('../../panels/samples.js'), isLive: true }] },
  { id: 'tokens', title: 'Tokens', caption: tokens, panels: [{ tag: 'mg-tour-tokens', load: () => import('./tokens-panel.js') }] },
  { id: 'embeddings', title: 'Embeddings', caption: embeddings, panels: [{ tag: 'mg-embeddings-panel', load: () => import('../../panels/embeddings.js') }] },
  {
    id: 'attention', title: 'Attention', caption: attention, panels: [{ tag: 'mg-attention-panel', load: () => import('../../panels/attention.js') }],
    position: ({ trace }) => strongestLook(trace)?.t ?? null,
  },
  {
    id: 'mlp', title: 'The MLP', caption: mlp,
    panels: [{ tag: 'mg-mlp-panel', load: () => import('../../panels/mlp.js') }, { tag: 'mg-network-panel', load: () => import('../../panels/network.js') }],
    position: ({ positions }) => positions.length - 1,
  },
  {
    id: 'probabilities', title: 'Probabilities', caption: probabilities,
    panels: [{ tag: 'mg-probabilities-panel', load: () => import('../../panels/probabilities.js') }], position: middle,
  },
  { id: 'loss', title: 'Loss', caption: lossStop, panels: [{ tag: 'mg-tour-losses', load: () => import('./losses-panel.js') }], position: middle },
  { id: 'step', title: 'One training step', caption: trainingStep, panels: [{ tag: 'mg-parameters-panel', load: () => import('../../panels/parameters.js') }] },
  {
    id: 'learning', title: 'Learning over time', caption: learning,
    panels: [{ tag: 'mg-loss-panel', load: () => import('../../panels/loss.js'), isLive: true }],
  },
  { id: 'writing', title: 'Writing', caption: writing, panels: [{ tag: 'mg-tour-writing', load: () => import('./writing-panel.js') }] },
];
