// The ten stops: what each is called, which panels it has, which position it is about, and its caption. A
// caption says what holds for every such model, and what the numbers of the session are, and no more than
// they bear out.

import { html, nothing } from 'lit';

import { count, loss, number, plural } from '../format.js';
import { nearest } from '../model/neighbours.js';
import { atTemperature } from '../model/sampling.js';
import { inWords } from '../model/text.js';
import { SITE } from '../site.js';
import { fact, letter, listed, quoted, share, signed, upTo } from './words.js';

const BEGINNING = 4; // numbers of a vector that are written out
const TEXTS = 4; // in a sentence
const ENOUGH = 50; // losses, for their mean to say something
const MILESTONES = 6; // texts from along the way
const [BETA1, BETA2] = [0.85, 0.99]; // of Adam

const isUntrained = ({ step }) => step === 0;

// ---- 1 what it is for

function purpose(moment, view) {
  const { samples } = moment;
  const documents = [...new Set([moment.doc, ...samples.filter(({ known }) => known).map(({ text }) => text)])];
  const written = [...new Set(samples.map(({ text }) => text))].slice(-TEXTS);
  return html`
    <p>This session has ${fact('documents', count(view.numDocs))} short texts to learn from, called documents; for
      instance ${listed(documents.filter((text) => text !== '').slice(0, 3).map(quoted))}. From them it is to learn to
      write texts that could be on the same list. Nobody tells it any rule.</p>
    ${isUntrained(moment) ? html`
      <p>At step 0 it has not been trained: everything in it is random, and so is what it writes:
        ${listed(written.map(quoted))}.</p>` : html`
      <p>It has been trained for ${fact('step', plural(moment.step, 'step'))}. On the way it wrote a text now and then; the
        latest are ${listed(written.map(quoted))}. The panel tells which of them are on the list and which are new.</p>`}
    <p>All that it knows is in ${fact('parameters', count(view.numParams))} numbers, its parameters. A parameter is a
      number that the model multiplies with or adds, and that training may change. Training is nothing else than
      changing these numbers, a little at a time.</p>
    <p>And all that the model does with them is to answer one question: given the beginning of a text, how likely is
      each character to come next? The next stops follow one text through it.</p>`;
}

// ---- 2 tokens

function tokens(moment, view) {
  const { trace, positions, doc } = moment;
  const bos = view.vocabSize - 1;
  const isCut = [...doc].length > view.options.blockSize - 1;
  return html`
    <p>A model computes with numbers, so each character becomes one first: its token. The documents of this session have
      ${fact('characters', count(bos))} different characters, their alphabet: tokens 0 to ${count(bos - 1)}. One more
      token, ${fact('bos', count(bos))}, written ${letter('◆')}, stands for the place where a text begins or ends
      (some panels call it BOS). That makes ${fact('tokens', count(view.vocabSize))}.</p>
    ${trace === null ? nothing : html`
      <p>The text ${quoted(doc)} becomes
        ${fact('ids', positions.map(({ readId }) => readId).join(', '))}${isCut ? nothing : `, and ${bos} at its end`}.
        The numbers are names and nothing more: that two of them are close does not mean that the characters are
        alike.</p>
      <p>From this text the model has ${plural(positions.length, 'question')} to answer, one at each position:
        ${listed(positions.slice(0, 2).map(({ t, next }) => html`what comes ${upTo(moment, t)} (${letter(next)})`))},
        and so on. That a text ends is predicted like any character: it is the token ${letter('◆')}.</p>`}
    <p>It reads at most ${fact('blockSize', count(view.options.blockSize))} tokens at a time; what is longer is cut.</p>`;
}

// ---- 3 embeddings

function embeddings(moment, view) {
  const { vectors, symbols, positions } = moment;
  const { nEmbd, blockSize } = view.options;
  const first = positions[1]?.readId ?? null;
  const isKnown = vectors !== null && first !== null;
  const alike = isKnown && vectors.length > 2
    ? nearest(vectors.slice(0, -1), first, 1)[0] : undefined; // not BOS, which is no character
  return html`
    <p>A token alone says nothing about what it is like. So each token has a row in a table of parameters, a list of
      ${fact('nEmbd', count(nEmbd))} numbers: its embedding. The table has ${count(view.vocabSize)} rows,
      ${fact('wte', count(view.vocabSize * nEmbd))} parameters.
      ${isKnown ? html`The row of ${letter(symbols[first])} begins
        ${fact('vector', vectors[first].slice(0, BEGINNING).map((x) => signed(x)).join(', '))}.` : nothing}</p>
    <p>The place in the text matters as well, so each of the ${count(blockSize)} positions has such a row in a second
      table. The row of the token and the row of its position are added, number by number, and the sum is scaled to a
      usual size (RMSNorm: the mean of the squares becomes 1; this is done again before each of the parts to come). From
      here on each position is a list of ${count(nEmbd)} numbers.</p>
    <p>Each list is a place in a space of ${count(nEmbd)} directions; the panel shows the two in which they differ
      most. ${alike === undefined ? nothing : isUntrained(moment) ? html`
        Untrained, all rows are random, and who is near whom is chance: nearest to ${letter(symbols[first])} is
        ${fact('nearest', symbols[alike.index])}. In training, characters that are followed by similar things tend to
        come to lie near each other.` : html`
        Training moves the rows; characters that are followed by similar things tend to come to lie near each other.
        Nearest in direction to ${letter(symbols[first])} is now ${fact('nearest', symbols[alike.index])}: the cosine of
        their angle is ${fact('cosine', signed(alike.similarity, 2))} (1: the same direction, 0: at right angles).`}</p>`;
}

// ---- 4 attention

/** The largest weight with which a position looks back at an earlier one, {layer, head, t, s, weight}. */
export function strongestLook(trace) {
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

function attention(moment, view) {
  const { trace, positions, doc } = moment;
  const { nHead, nLayer, nEmbd } = view.options;
  const look = trace === null ? null : strongestLook(trace);
  return html`
    <p>Up to here each position knows its own token only. Attention lets it take in what earlier positions hold: each
      position gives a weight from 0 to 1 to itself and to every earlier position, all of them together 1, and computes
      the mean of what these positions hand on, weighted so.</p>
    ${look === null ? nothing : html`
      <p>In ${quoted(doc)} the strongest look back is at position ${fact('looks', look.t)}, which has just read
        ${inWords(positions[look.t].read)}: head ${fact('head', look.head + 1)}${nLayer > 1 ? ` of layer ${look.layer + 1}` : ''}
        gives position ${fact('at', look.s)}, ${inWords(positions[look.s].read)}, the weight
        ${fact('weight', look.weight.toFixed(3))}. All its other weights, together, make
        ${(1 - look.weight).toFixed(3)}. ${isUntrained(moment) ? html`That means nothing yet: untrained, the weights
        of a position are nearly equal.` : nothing}</p>`}
    <p>The weights are computed. With tables of parameters each position makes three lists from its own numbers: a query
      (what it looks for), a key (what it can be found by) and a value (what it hands on). A query times a key, number
      by number and summed (then divided by the root of how many they are), is a score. Softmax makes weights of the
      scores: e to the power of each, divided by the sum of all of these.</p>
    <p>No position can see what comes after it: that is why each picture is a triangle. It is to predict the next
      character; if it could see that one it would only copy it, and when the model writes, what comes later is not
      there yet.</p>
    <p>${nHead === 1 ? html`Here one head does this` : html`Here ${fact('heads', count(nHead))} heads do this side by
      side, each with ${count(nEmbd / nHead)} of the ${count(nEmbd)} numbers of query, key and value, so that each can look for
      something else`}. A fourth table of parameters mixes what the heads bring, and the result is added to what the
      position had (a residual addition), so nothing gets lost.</p>`;
}

// ---- 5 the MLP

function mlp(moment, view) {
  const { trace, positions, doc } = moment;
  const { nEmbd, nLayer } = view.options;
  const last = trace?.vizData.at(-1).mlpActivations[0] ?? [];
  const on = last.filter((value) => value > 0).length;
  const strongest = last.reduce((best, value, unit) => (value > last[best] ? unit : best), 0);
  return html`
    <p>After attention each position goes on alone, through the MLP (multilayer perceptron). It has
      ${fact('units', count(trace === null ? 4 * nEmbd : last.length))} hidden units. Each multiplies the
      ${count(nEmbd)} numbers of the position with ${count(nEmbd)} parameters of its own and sums up.</p>
    <p>Is the sum above 0, the unit is on and passes it on; otherwise it is off and gives 0. This bend is called ReLU.
      Without it two such multiplications in a row could do no more than one.</p>
    ${trace === null ? nothing : html`
      <p>At the last position of ${quoted(doc)}, which has just read ${inWords(positions.at(-1).read)},
        ${fact('on', count(on))} of the units ${nLayer > 1 ? 'of layer 1' : ''} are on${on === 0 ? '.' : html`; the
        strongest is unit ${fact('unit', strongest)} with ${fact('unit-value', signed(last[strongest]))}.`}
        Blue cells in the panel are on, grey ones are off.</p>`}
    <p>From what the units give, ${count(nEmbd)} numbers are made again, with a second table of parameters, and added to
      what the position had. Attention and
      MLP together are one layer; this model has ${fact('layers', count(nLayer))}${nLayer > 1 ? ', one after the other' : ''}.
      The second panel shows the whole way.</p>`;
}

// ---- 6 probabilities

/** The position that the stops on probabilities and on loss tell of: where the model has read about half. */
export function middle({ positions }) {
  return Math.floor(positions.length / 2);
}

function probabilities(moment, view) {
  const { trace, symbols, positions } = moment;
  const at = middle(moment);
  const probs = trace?.vizData[at]?.probs ?? null;
  const isKnown = probs !== null && symbols !== null;
  const top = isKnown ? probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, 3) : [];
  const best = (temperature) => share(atTemperature(probs, temperature)[top[0]]);
  return html`
    <p>At the end each position has to say what comes next. A last table has a row of ${count(view.options.nEmbd)}
      parameters for each of the ${count(view.vocabSize)} tokens; the numbers of the position times the row, summed up,
      are the score of the token (its logit). Softmax makes probabilities of the scores: e to the power of each, divided
      by the sum of all of these. So there is one number a token, each above 0, and they sum to 1.</p>
    ${isKnown ? html`
      <p>Here, ${upTo(moment, at)}, the most likely are
        ${listed(top.map((id, i) => html`${letter(symbols[id])} with ${fact(`top-${i + 1}`, share(probs[id]))}`))}.
        ${isUntrained(moment) ? html`Untrained, the model hardly prefers any: each has about
          1/${count(view.vocabSize)} = ${share(1 / view.vocabSize)}. ` : nothing}
        What really comes there is ${letter(positions[at].next)}${positions[at].nextId === null ? nothing : html`, to which it gives
        ${share(probs[positions[at].nextId])}`}.</p>` : nothing}
    <p>When the model writes, it draws the next token by chance, as the probabilities say. Temperature changes how daring
      this draw is: before softmax each score is divided by it. At 1 all stays as it is, as in training.
      Below 1 the likely become likelier: texts get safer and more alike. One cannot divide by 0; it stands for always
      taking the likeliest. Above 1 the probabilities come closer together: more surprises, more mistakes.
      ${isKnown ? html`The likeliest here, ${letter(symbols[top[0]])}, has ${fact('cold', best(0.5))} at temperature 0.5,
        ${fact('plain', best(1))} at 1 and ${fact('hot', best(2))} at 2. Move the slider.` : nothing}</p>`;
}

// ---- 7 loss

/** −ln p of what really came, at each position where that is known. */
export function lossesOf({ trace, positions }) {
  return positions.filter(({ nextId }) => nextId !== null)
    .map(({ t, nextId, next }) => ({ t, next, p: trace.vizData[t].probs[nextId], loss: -Math.log(trace.vizData[t].probs[nextId]) }));
}

export const meanOf = (losses) => losses.reduce((sum, each) => sum + each.loss, 0) / losses.length;

function lossStop(moment, view) {
  const { trace, baselines, doc } = moment;
  const losses = trace === null ? [] : lossesOf(moment);
  const example = losses.find(({ t }) => t === middle(moment)) ?? losses[0];
  const mean = losses.length > 0 ? meanOf(losses) : null;
  return html`
    <p>How wrong is a prediction? What counts is the probability p that the model gave to the token that really came
      next. Its loss is</p>
    <p class="formula">loss = −ln p</p>
    <p>with the natural logarithm. For p = 1, certain and right, it is 0; each halving of p adds 0.69; and as p comes near 0
      it grows without end.</p>
    ${example === undefined ? nothing : html`
      <p>Here: ${upTo(moment, example.t)} really comes ${letter(example.next)}. The model gave it
        p = ${fact('p', number(example.p, 4))}, so the loss is −ln ${number(example.p, 4)} = ${fact('loss', loss(example.loss))}.</p>
      <p>${quoted(doc)} has ${plural(losses.length, 'prediction')}; the mean of their losses is the loss of the text:
        ${fact('mean', loss(mean))}.</p>`}
    ${baselines === null ? nothing : html`
      <p>To compare: who finds all ${count(view.vocabSize)} tokens equally likely gives each 1/${count(view.vocabSize)}, and
        has a loss of ln ${count(view.vocabSize)} = ${fact('uniform', loss(baselines.uniform))} at every place. Who knows how
        frequent each token is, and nothing else, has ${fact('unigram', loss(baselines.unigram))} on the average of all documents.
        ${mean === null ? nothing : mean < baselines.uniform
          ? 'On this one text the model does better than the first of them.' : 'On this one text the model does no better than the first of them.'}</p>`}
    <p>To learn is to make the mean loss of the documents smaller.</p>`;
}

// ---- 8 a training step

function trainingStep(moment, view) {
  const { example } = moment;
  const { numParams } = view;
  const batch = example?.docs.length ?? view.options.batchSize;
  return html`
    <ol class="order">
      <li><b>Take</b> the next ${batch === 1 ? 'document' : `${count(batch)} documents`}${example ? html`:
        ${listed(example.docs.slice(0, 3).map(quoted))}${batch > 3 ? ' …' : nothing}` : nothing}.</li>
      <li><b>Forward</b>: compute the probabilities at all positions and from them the mean loss${example ? html`:
        ${fact('step-loss', loss(example.loss))}` : nothing}.</li>
      <li><b>Backward</b>: go back through the whole computation, from the loss to the parameters, and find for each
        parameter its gradient: how fast the loss would rise if this one grew a little and all others stayed. There are
        ${fact('parameters', count(numParams))} parameters, the numbers in all the tables of the stops before.</li>
      <li><b>Adam</b>, the optimiser, changes every parameter a little, in the direction in which the loss falls.</li>
      <li><b>Again</b>, with the next ${batch === 1 ? 'document' : 'documents'}.</li>
    </ol>
    ${example === null ? nothing : gradientExample(example, moment)}
    ${adam(example)}
    ${example !== null ? nothing : html`
      <p>${moment.isMovable ? 'A step of this model is too large to be taken apart, so there is no example here; the panel has the numbers of all its tables.'
        : 'The learning rate of this session has been 0 all along, so no step changes anything: there is no example.'}</p>`}`;
}

function gradientExample({ row, column, value, gradient, trains }, { symbols, step }) {
  const isUp = gradient > 0;
  return html`
    ${trains === step + 1 ? nothing : html`
      <p>The learning rate has come down to 0 by now, and a step changes nothing any more; so this is an earlier one.</p>`}
    <p>One parameter, in step ${fact('trains', count(trains))}: number ${column} in the row of
      ${letter(symbols?.[row] ?? `#${row}`)} in the last table (framed in the panel). Its value is
      ${fact('value', signed(value, 6))}, its gradient ${fact('gradient', signed(gradient, 4))}:
      ${isUp ? 'positive, so if it grew the loss would rise' : 'negative, so if it grew the loss would fall'}. To lower the loss it
      should become ${isUp ? 'smaller' : 'larger'}.</p>`;
}

function adam(example) {
  const before = example && (example.m - (1 - BETA1) * example.gradient) / BETA1; // m as the panel shows it
  return html`
    <p>Adam goes by more than this one ${example?.docs.length > 1 ? 'batch' : 'document'}. Of each parameter it keeps two running means. m is
      that of the gradients: 85% of the old m and 15% of the new gradient${example === null ? nothing : html`, here
      0.85 · ${signed(before)} + 0.15 · ${signed(example.gradient)} = ${fact('m', signed(example.m))}`}. v is that of their squares: 99% and
      1%${example === null ? nothing : html`, here ${fact('v', signed(example.v))}`}. Both begin at 0, and are too small in the first
      steps; m̂ = m / (1 − 0.85ⁿ) and v̂ = v / (1 − 0.99ⁿ) in step n make up for that${example === null ? nothing : html`: ${signed(example.m / (1 - BETA1 ** example.trains))} and
      ${signed(example.v / (1 - BETA2 ** example.trains))}`}. Then</p>
    <p class="formula">new = old − learning rate · m̂ / (√v̂ + 10⁻⁸)</p>
    <p>The sign of m̂ decides: where the gradients of late were positive the parameter goes down, where they were negative
      up. This can differ from the newest gradient. To divide by √v̂, the usual size of its gradients, makes all parameters
      move about as far, whether their gradients are large or small; the learning rate, a small number that training is
      given, says how far that is. ${example === null ? nothing : newValue(example)} All parameters change in this way, in the same step.</p>`;
}

function newValue({ value, gradient, after, learningRate }) {
  const isDown = after < value;
  const isWithGradient = (gradient > 0) === isDown;
  const [from, to] = [value, after].map((x) => Number(x.toPrecision(6))); // as written, so that the sum is right
  return html`It is ${fact('rate', number(learningRate, 4))} in this step, and the new value
    ${signed(value, 6)} ${isDown ? '−' : '+'} ${number(Math.abs(to - from) || Math.abs(after - value))} = ${fact('after', signed(after, 6))}: a little
    ${isDown ? 'smaller' : 'larger'}, ${isWithGradient ? 'as this gradient says' : 'against this gradient, as those of the steps before weigh more'}.`;
}

// ---- 9 learning over time

function learning(moment, view, { name }) {
  const { samples, first, recent, baselines } = moment;
  const { batchSize, numSteps, learningRate } = view.options;
  const steps = new Set(Array.from({ length: MILESTONES }, (_, i) => Math.round(i * (samples.length - 1) / (MILESTONES - 1))));
  return html`
    ${isUntrained(moment) ? html`
      <p>${moment.at === null ? html`No step has been trained yet, so there is no curve. A thousand steps take a small model a few
        seconds: train them here, and watch the loss fall.` : 'This is the model before its first step; the curve goes on to the present.'}</p>` : html`
      <p>Each step has a loss, computed before its update. ${first === null ? nothing : html`That of step 1 was
        ${fact('first', loss(first))}${baselines === null ? nothing : html` (all tokens equally likely:
        ${loss(baselines.uniform)})`}.`}
        ${recent ? html`The mean of the last ${plural(recent.steps, 'step')} is ${fact('recent', loss(recent.mean))}.` : nothing}
        ${recent?.steps >= ENOUGH && first !== null ? (recent.mean < first ? 'It has learned something.' : 'It has not become better.') : nothing}</p>`}
    <p>A step sees ${batchSize === 1 ? 'one document' : plural(batchSize, 'document')}, and some are harder than others: so
      single losses jump, and the moving average shows the way. The learning rate falls on a line from
      ${number(learningRate)} at step 0 to 0 at step ${count(numSteps)}: large changes first, fine ones later.
      ${moment.step < numSteps ? nothing : html`That point has been reached: more steps would change nothing, until a later one is
        chosen on the <a href="${SITE}s/${encodeURIComponent(name)}">Live page</a>.`}</p>
    ${samples.length < 2 ? nothing : html`
      <p>What it wrote on the way, each time from the same seed of its random numbers:</p>
      <dl class="texts">${[...steps].map((i) => html`
        <div><dt>step ${count(samples[i].step)}</dt><dd>${quoted(samples[i].text)}</dd></div>`)}</dl>`}
    <p>As long as the documents differ the loss cannot fall to 0: what comes next is not fixed by what came before.</p>`;
}

// ---- 10 writing

const QUESTIONS = [
  ['What does attention compute, and what can a position not see?', [4]],
  ['What is the loss of one prediction?', [7]],
  ['What happens in a training step, in order?', [8]],
  ['What is a parameter, how many are there, and how does Adam change one?', [1, 8]],
  ['What does temperature do?', [6, 10]],
];

function writing(moment, view, { name }) {
  const path = `${SITE}s/${encodeURIComponent(name)}`;
  return html`
    <p>To write, the model begins with ${letter('◆')} and computes the probabilities of what comes next. Their scores are
      divided by the temperature, one token is drawn by chance, each as often as its probability says, and put behind
      the text. So it goes on until ${letter('◆')} is drawn or ${count(view.options.blockSize)} tokens are read. Try it in the panel,
      one character at a time.</p>
    <p>Large language models are made of the same parts: tokens (pieces of words instead of characters), embeddings,
      attention, MLPs, probabilities, the loss −ln p, gradients, and an optimiser such as Adam. They differ in details, and
      they have much more of everything: billions of parameters instead of ${fact('parameters', count(view.numParams))}, many
      layers, far more text. Those that answer questions have been trained further to do so.</p>
    <p>Go on: the <a href=${path}>Live page</a> shows and steers training as it happens; in the <a href="${path}/lab">Lab</a> you can try
      out what the model does with a text.</p>
    <p>Can you answer these now?</p>
    <ul class="questions">${QUESTIONS.map(([question, stops]) => html`
      <li>${question} ${stops.map((stop) => html`
        <a href="?stop=${stop}" data-stop=${stop} aria-label="Stop ${stop}: ${question}">Stop ${stop}</a>`)}</li>`)}</ul>`;
}

const panel = (tag, module) => ({ tag: `mg-${tag}-panel`, load: () => import(module) });
const own = (tag) => ({ tag: `mg-tour-${tag}`, load: () => import(`./${tag}.js`) });

/**
 * `panels` with `isLive` always show the newest step; `position` is the one that panels are to point at,
 * if any.
 */
export const STOPS = [
  { id: 'purpose', title: 'What it is for', caption: purpose, panels: [{ ...panel('samples', '../panels/samples.js'), isLive: true }] },
  { id: 'tokens', title: 'Tokens', caption: tokens, panels: [own('tokens')] },
  { id: 'embeddings', title: 'Embeddings', caption: embeddings, panels: [panel('embeddings', '../panels/embeddings.js')] },
  {
    id: 'attention', title: 'Attention', caption: attention, panels: [panel('attention', '../panels/attention.js')],
    position: ({ trace }) => strongestLook(trace)?.t ?? null,
  },
  {
    id: 'mlp', title: 'The MLP', caption: mlp,
    panels: [panel('mlp', '../panels/mlp.js'), panel('network', '../panels/network.js')],
    position: ({ positions }) => positions.length - 1,
  },
  {
    id: 'probabilities', title: 'Probabilities', caption: probabilities,
    panels: [panel('probabilities', '../panels/probabilities.js')], position: middle,
  },
  { id: 'loss', title: 'Loss', caption: lossStop, panels: [own('losses')], position: middle },
  { id: 'step', title: 'One training step', caption: trainingStep, panels: [panel('parameters', '../panels/parameters.js')] },
  {
    id: 'learning', title: 'Learning over time', caption: learning,
    panels: [{ ...panel('loss', '../panels/loss.js'), isLive: true }],
  },
  { id: 'writing', title: 'Writing', caption: writing, panels: [own('writing')] },
];
