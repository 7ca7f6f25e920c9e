// The ten stops of the tour: title, panels, the position a stop is about, and its caption. A caption explains what
// holds for every such model, and says about this session only what its numbers support.

import { html, nothing } from 'lit';

import { count, fixed, loss, number, signed } from '../../data/format.js';
import { ACTIVATION_NAMES, architectureOf, hiddenOf } from '../../data/model/architecture.js';
import { nearest } from '../../data/model/nearest-rows.js';
import { atTemperature } from '../../data/model/sampling.js';
import { BOS, inWords } from '../../data/model/tokens.js';
import { OPTIMISERS, withDefaults } from '../../data/session-options.js';
import { share as pageShare } from '../../data/share.js';
import { SITE } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { fact, letter, listed, numbers, quoted, share, upTo } from './caption-text.js';
import { lossesOf, meanOf, middle } from './prediction-losses.js';

const t = await texts('tour');

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
  const examples = listed(documents.filter((text) => text !== '').slice(0, 3).map(quoted));
  const list = listed(written.map(quoted));
  return html`
    <p>${t.html('purpose.documents', { documents: fact('documents', count(view.numDocs)), examples })}</p>
    <p>${isUntrained(facts) ? t.html('purpose.untrained', { written: list })
      : t.html('purpose.trained', { count: facts.step, steps: (words) => fact('step', words), written: list })}</p>
    <p>${t.html('purpose.parameters', { parameters: fact('parameters', count(view.numParams)) })}</p>
    <p>${t('purpose.question')}</p>`;
}

// ---- 2 tokens

function tokens(facts, view) {
  const { trace, positions, doc } = facts;
  const bos = view.vocabSize - 1;
  const isPairs = view.options.tokenizer === 'bpe';
  const isCut = isPairs ? trace?.truncated : [...doc].length > view.options.blockSize - 1;
  const questions = positions.slice(0, 2).map(({ t: at, next }) => t.html('tokens.question', { where: upTo(facts, at), next: letter(next) }));
  const marks = { bos: fact('bos', count(bos)), mark: letter(BOS), tokens: fact('tokens', count(view.vocabSize)) };
  return html`
    <p>${isPairs ? t.html('tokens.pairs', { merges: fact('merges', count(view.vocabSize - 257)), ...marks })
      : t.html('tokens.characters', { characters: fact('characters', count(bos)), last: bos - 1, ...marks })}</p>
    ${trace === null ? nothing : html`
      <p>${t.html('tokens.ids', { text: quoted(doc), ids: fact('ids', positions.map(({ readId }) => readId).join(', ')), isCut: Boolean(isCut), bos: String(bos) })}</p>
      <p>${t.html('tokens.questions', { count: positions.length, questions: listed(questions), mark: letter(BOS) })}</p>`}
    <p>${t.html('tokens.most', { blockSize: fact('blockSize', count(view.options.blockSize)) })}</p>`;
}

// ---- 3 embeddings

function embeddings(facts, view) {
  const { position, norm, embeddingNorm } = architectureOf(view.options);
  const { vectors, symbols, positions } = facts;
  const { nEmbd, blockSize } = view.options;
  const first = positions[1]?.readId ?? null;
  const isKnown = vectors !== null && first !== null;
  const alike = isKnown && vectors.length > 2
    ? nearest(vectors.slice(0, -1), first, 1)[0] : undefined; // not BOS, which is no character
  const one = isKnown ? letter(symbols[first]) : nothing;
  return html`
    <p>${t.html('embeddings.table', { nEmbd: fact('nEmbd', count(nEmbd)), rows: view.vocabSize, parameters: fact('wte', count(view.vocabSize * nEmbd)) })}
      ${isKnown ? t.html('embeddings.row', { token: one, numbers: fact('vector', numbers(vectors[first].slice(0, BEGINNING))) }) : nothing}</p>
    <p>${t(`embeddings.position.${position}`, { blockSize })} ${t(embeddingNorm ? 'embeddings.norm' : 'embeddings.laterNorm', { norm })}
      ${t('embeddings.list', { nEmbd })}</p>
    <p>${t('embeddings.point', { nEmbd })} ${alike === undefined ? nothing : isUntrained(facts)
      ? t.html('embeddings.untrained', { token: one, nearest: fact('nearest', symbols[alike.index]) })
      : t.html('embeddings.trained', { token: one, nearest: fact('nearest', symbols[alike.index]), cosine: fact('cosine', signed(alike.similarity, 2)) })}</p>`;
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
    <p>${t('attention.mean')}</p>
    ${look === null ? nothing : html`
      <p>${t.html('attention.strongest', {
        text: quoted(doc), position: fact('looks', look.t), read: inWords(positions[look.t].read),
        head: fact('head', look.head + 1), hasLayers: nLayer > 1, layer: look.layer + 1, at: fact('at', look.s), token: inWords(positions[look.s].read),
        weight: fact('weight', fixed(look.weight, 3)), rest: fixed(1 - look.weight, 3),
      })} ${isUntrained(facts) ? t('attention.untrained') : nothing}</p>`}
    <p>${t('attention.computed')}</p>
    <p>${t('attention.triangle')}</p>
    <p>${t.html(nHead === 1 ? 'attention.oneHead' : 'attention.heads', { heads: fact('heads', count(nHead)), width: nEmbd / nHead, nEmbd })}
      ${kvHeads > 0 ? t('attention.shared', { heads: nHead / kvHeads }) : nothing} ${t('attention.mixed')}</p>`;
}

// ---- 5 the MLP

function mlp(facts, view) {
  const architecture = architectureOf(view.options);
  const { activation } = architecture;
  const { trace, positions, doc } = facts;
  const { nEmbd, nLayer } = view.options;
  const last = trace?.vizData.at(-1).mlpActivations[0] ?? [];
  const on = last.filter((value) => value > 0).length;
  const strongest = last.reduce((best, value, unit) => (value > last[best] ? unit : best), 0);
  return html`
    <p>${t.html('mlp.units', { units: fact('units', count(trace === null ? hiddenOf(architecture, nEmbd) : last.length)), nEmbd })}</p>
    <p>${t('mlp.activation', { activation, name: ACTIVATION_NAMES[activation] })} ${t('mlp.why')}</p>
    ${trace === null ? nothing : html`
      <p>${t.html('mlp.on', {
        text: quoted(doc), read: inWords(positions.at(-1).read), on: fact('on', count(on)), hasLayers: nLayer > 1,
        isAny: on > 0, unit: fact('unit', strongest), value: fact('unit-value', signed(last[strongest])),
      })}</p>`}
    <p>${t.html('mlp.layers', { nEmbd, layers: fact('layers', count(nLayer)), hasLayers: nLayer > 1 })}</p>`;
}

// ---- 6 probabilities

function probabilities(facts, view) {
  const { trace, symbols, positions } = facts;
  const { vocabSize } = view;
  const at = middle(facts);
  const probs = trace?.vizData[at]?.probs ?? null;
  const isKnown = probs !== null && symbols !== null;
  const top = isKnown ? probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, 3) : [];
  const best = (temperature) => share(atTemperature(probs, temperature)[top[0]]);
  const tops = top.map((id, i) => t.html('probabilities.one', { token: letter(symbols[id]), share: fact(`top-${i + 1}`, share(probs[id])) }));
  return html`
    <p>${t('probabilities.scores', { isTied: architectureOf(view.options).tied, nEmbd: view.options.nEmbd, tokens: vocabSize })}</p>
    ${isKnown ? html`
      <p>${t.html('probabilities.top', { where: upTo(facts, at), tops: listed(tops) })}
        ${isUntrained(facts) ? t('probabilities.untrained', { tokens: vocabSize, share: share(1 / vocabSize) }) : nothing}
        ${t.html('probabilities.next', {
          token: letter(positions[at].next), isKnown: positions[at].nextId !== null, share: share(probs[positions[at].nextId]),
        })}</p>` : nothing}
    <p>${t('probabilities.temperature')}
      ${isKnown ? t.html('probabilities.temperatures', {
        token: letter(symbols[top[0]]), cold: fact('cold', best(0.5)), half: fixed(0.5, 1), plain: fact('plain', best(1)), hot: fact('hot', best(2)),
      }) : nothing}</p>`;
}

// ---- 7 loss

function lossStop(facts, view) {
  const { trace, baselines, doc } = facts;
  const { vocabSize } = view;
  const losses = trace === null ? [] : lossesOf(facts);
  const example = losses.find(({ t: at }) => at === middle(facts)) ?? losses[0];
  const mean = losses.length > 0 ? meanOf(losses) : null;
  return html`
    <p>${t('loss.before')}</p>
    <p class="formula">${t('loss.formula')}</p>
    <p>${t('loss.after', { halving: fixed(Math.LN2, 2) })}</p>
    ${example === undefined ? nothing : html`
      <p>${t.html('loss.example', {
        where: upTo(facts, example.t), next: letter(example.next), p: fact('p', number(example.p, 4)), probability: number(example.p, 4), loss: fact('loss', loss(example.loss)),
      })}</p>
      <p>${t.html('loss.mean', { text: quoted(doc), count: losses.length, mean: fact('mean', loss(mean)) })}</p>`}
    ${baselines === null ? nothing : html`
      <p>${t.html('loss.baselines', { tokens: vocabSize, uniform: fact('uniform', loss(baselines.uniform)), unigram: fact('unigram', loss(baselines.unigram)) })}
        ${mean === null ? nothing : t('loss.compared', { isBetter: mean < baselines.uniform })}</p>`}
    <p>${t('loss.learning')}</p>`;
}

// ---- 8 a training step

const bold = (words) => html`<b>${words}</b>`;

function trainingStep(facts, view, { limits }) {
  const { example } = facts;
  const options = withDefaults(view.options, limits);
  const batch = example?.docs.length ?? view.options.batchSize;
  const optimizer = OPTIMISERS[options.optimizer];
  return html`
    <ol class="order">
      <li>${t.html('step.take', { b: bold, batch })}${example ? html`: ${listed(example.docs.slice(0, 3).map(quoted))}${batch > 3 ? ' …' : nothing}` : nothing}.</li>
      <li>${t.html('step.forward', { b: bold })}${example ? html`: ${fact('step-loss', loss(example.loss))}` : nothing}.</li>
      <li>${t.html('step.backward', { b: bold, parameters: fact('parameters', count(view.numParams)) })}</li>
      <li>${t.html('step.update', { b: bold, optimizer })}</li>
      <li>${t.html('step.repeat', { b: bold, batch })}</li>
    </ol>
    ${example === null ? nothing : gradientExample(example, facts)}
    ${options.optimizer === 'adam' ? adam(example, options) : otherOptimiser(options)}
    ${example !== null ? nothing : html`<p>${t(facts.isMovable ? 'step.tooLarge' : 'step.neverMoves')}</p>`}`;
}

function gradientExample({ row, column, value, gradient, trains }, { symbols, step }) {
  return html`
    ${trains === step + 1 ? nothing : html`<p>${t('step.earlier')}</p>`}
    <p>${t.html('step.gradient', {
      step: fact('trains', count(trains)), column, row: letter(symbols?.[row] ?? `#${row}`),
      value: fact('value', signed(value, 6)), gradient: fact('gradient', signed(gradient, 4)), isUp: gradient > 0,
    })}</p>`;
}

function otherOptimiser({ optimizer, weightDecay, momentum }) {
  return html`<p>${t(`step.optimisers.${optimizer}`, { weightDecay: number(weightDecay), momentum: number(momentum) })} ${t('step.all')}</p>`;
}

function adam(example, { beta1, beta2, epsilon }) {
  const before = example && (example.m - (1 - beta1) * example.gradient) / beta1; // m as the panel shows it
  const [kept, added, keptOfV, addedOfV] = [beta1, 1 - beta1, beta2, 1 - beta2].map((share) => t('percent', { number: number(100 * share) }));
  return html`
    <p>${t.html('step.adam', {
      kept, added, keptOfV, addedOfV, beta1: number(beta1), beta2: number(beta2), isBatch: example?.docs.length > 1, hasExample: example !== null,
      ...example !== null && {
        mean: `${number(beta1)} · ${signed(before)} + ${number(1 - beta1)} · ${signed(example.gradient)}`, m: fact('m', signed(example.m)), v: fact('v', signed(example.v)),
        mHat: signed(example.m / (1 - beta1 ** example.trains)), vHat: signed(example.v / (1 - beta2 ** example.trains)),
      },
    })}</p>
    <p class="formula">${t('step.adamFormula', { epsilon: epsilon === 1e-8 ? '10⁻⁸' : number(epsilon) })}</p>
    <p>${t('step.adamMeaning')} ${example === null ? nothing : newValue(example)} ${t('step.allInThisWay')}</p>`;
}

function newValue({ value, gradient, after, learningRate }) {
  const isDown = after < value;
  const [from, to] = [value, after].map((x) => Number(x.toPrecision(6))); // as shown, so that the sum is right
  return t.html('step.newValue', {
    rate: fact('rate', number(learningRate, 4)), value: signed(value, 6), sign: isDown ? '−' : '+',
    change: number(Math.abs(to - from) || Math.abs(after - value)), after: fact('after', signed(after, 6)),
    isDown, isWithGradient: (gradient > 0) === isDown,
  });
}

// ---- 9 learning over time

/** How the learning rate develops, in a sentence or two. */
function learningRateInWords({ learningRate, numSteps, schedule, warmupSteps, minLearningRate }) {
  const isWarm = warmupSteps > 0;
  const develops = t(schedule === 'constant' ? 'learning.rateStays' : 'learning.rateFalls', {
    isWarm, isLinear: schedule === 'linear', rate: number(learningRate), from: warmupSteps, lowest: number(minLearningRate), to: numSteps,
  });
  return isWarm ? `${t('learning.rateRises', { steps: warmupSteps })} ${develops}` : develops;
}

function learning(facts, view, { name, limits }) {
  const { samples, first, recent, baselines } = facts;
  const options = withDefaults(view.options, limits);
  const { batchSize, numSteps, schedule, minLearningRate } = options;
  const steps = new Set(Array.from({ length: MILESTONES }, (_, i) => Math.round(i * (samples.length - 1) / (MILESTONES - 1))));
  const live = (words) => html`<a href="${SITE}s/${encodeURIComponent(name)}${pageShare.fragment}">${words}</a>`;
  return html`
    ${isUntrained(facts) ? html`
      <p>${t(facts.at === null ? 'learning.untrained' : 'learning.beforeFirst')}</p>` : html`
      <p>${t('learning.losses')}
        ${first === null ? nothing : t.html('learning.first', { loss: fact('first', loss(first)), hasBaseline: baselines !== null, uniform: loss(baselines?.uniform) })}
        ${recent ? t.html('learning.recent', { steps: recent.steps, mean: fact('recent', loss(recent.mean)) }) : nothing}
        ${recent?.steps >= ENOUGH && first !== null ? t('learning.progress', { isBetter: recent.mean < first }) : nothing}</p>`}
    <p>${t('learning.average', { batchSize })} ${learningRateInWords(options)}
      ${facts.step < numSteps || schedule === 'constant' || minLearningRate > 0 ? nothing : t.html('learning.rateIsZero', { live })}</p>
    ${samples.length < 2 ? nothing : html`
      <p>${t('learning.samples')}</p>
      <dl class="texts">${[...steps].map((i) => html`
        <div><dt>${t('learning.sampleStep', { step: samples[i].step })}</dt><dd>${quoted(samples[i].text)}</dd></div>`)}</dl>`}
    <p>${t('learning.limit')}</p>`;
}

// ---- 10 writing

const QUESTIONS = [
  ['attention', [4]],
  ['loss', [7]],
  ['step', [8]],
  ['parameter', [1, 8]],
  ['temperature', [6, 10]],
];

function writing(facts, view, { name }) {
  const path = `${SITE}s/${encodeURIComponent(name)}`;
  const link = (href) => (words) => html`<a href=${href}>${words}</a>`;
  return html`
    <p>${t.html('writing.how', { mark: letter(BOS), most: view.options.blockSize })}</p>
    <p>${t.html('writing.large', { parameters: fact('parameters', count(view.numParams)) })}</p>
    <p>${t.html('writing.next', { live: link(`${path}${pageShare.fragment}`), lab: link(`${path}/lab${pageShare.fragment}`) })}</p>
    <p>${t('writing.questions')}</p>
    <ul class="questions">${QUESTIONS.map(([question, stops]) => html`
      <li>${t(`questions.${question}`)} ${stops.map((stop) => html`
        <a href="?stop=${stop}" data-stop=${stop} aria-label=${t('writing.stopAbout', { stop, question: t(`questions.${question}`) })}>${t('writing.stop', { stop })}</a>`)}</li>`)}</ul>`;
}

/** `isLive` panels always show the newest step; `position` returns the position that panels point at, if any. */
const stops = [
  { id: 'purpose', caption: purpose, panels: [{ tag: 'mg-samples-panel', load: () => import('../../panels/samples.js'), isLive: true }] },
  { id: 'tokens', caption: tokens, panels: [{ tag: 'mg-tour-tokens', load: () => import('./tokens-panel.js') }] },
  { id: 'embeddings', caption: embeddings, panels: [{ tag: 'mg-embeddings-panel', load: () => import('../../panels/embeddings.js') }] },
  {
    id: 'attention', caption: attention, panels: [{ tag: 'mg-attention-panel', load: () => import('../../panels/attention.js') }],
    position: ({ trace }) => strongestLook(trace)?.t ?? null,
  },
  {
    id: 'mlp', caption: mlp,
    panels: [{ tag: 'mg-mlp-panel', load: () => import('../../panels/mlp.js') }, { tag: 'mg-network-panel', load: () => import('../../panels/network.js') }],
    position: ({ positions }) => positions.length - 1,
  },
  {
    id: 'probabilities', caption: probabilities,
    panels: [{ tag: 'mg-probabilities-panel', load: () => import('../../panels/probabilities.js') }], position: middle,
  },
  { id: 'loss', caption: lossStop, panels: [{ tag: 'mg-tour-losses', load: () => import('./losses-panel.js') }], position: middle },
  { id: 'step', caption: trainingStep, panels: [{ tag: 'mg-parameters-panel', load: () => import('../../panels/parameters.js') }] },
  {
    id: 'learning', caption: learning,
    panels: [{ tag: 'mg-loss-panel', load: () => import('../../panels/loss.js'), isLive: true }],
  },
  { id: 'writing', caption: writing, panels: [{ tag: 'mg-tour-writing', load: () => import('./writing-panel.js') }] },
];

export const STOPS = stops.map((stop) => ({ ...stop, title: t(`titles.${stop.id}`) }));
