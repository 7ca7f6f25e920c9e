// One number in the computation of a training step: its value, its gradient, how it was computed, and what was
// computed from it, with links to all of these numbers.

import { LitElement, css, html, nothing } from 'lit';

import { CoalescedCall } from '../../data/coalesced-call.js';
import { count, number, signed } from '../../data/format.js';
import { OPTIMISERS } from '../../data/session-options.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';

const t = await texts('lab');

const BELOW = 200; // operands that are loaded, with their operands and so on
const ABOVE = 200; // uses that are loaded, with their uses and so on
const MOST_LISTED = 24; // terms, and uses

/** The formula of an operation, from the texts of its operands. */
const FORMULAS = {
  add: ([a, b]) => `${a} + ${b}`,
  mul: ([a, b]) => `${a} × ${b}`,
  pow: ([a], { exponent }) => `${a} ^ ${plain(exponent)}`,
  log: ([a]) => `ln ${a}`,
  exp: ([a]) => `e ^ ${a}`,
  relu: ([a]) => `max(0, ${a})`,
  sigmoid: ([a]) => `1 / (1 + exp(−${a}))`,
  leaf: () => '',
};

const plain = (value) => signed(value, 5);

/** The name of a number. */
function nameOf({ tensor, row, column, op }) {
  return tensor === undefined ? t(`number.ops.${op}`) : tensor === 'loss' || tensor === 'share' ? tensor : `${tensor}[${row}][${column}]`;
}

/**
 * `<mg-number .live .step .document .place=${{node} or {tensor, row, column}} .words=${(node) => 'position 2'}>`
 * sends `found` with the id of the number, `go` with the id of a number to go to, and `changed` if the server has
 * another step than the one requested.
 */
class NumberDetails extends LitElement {
  static properties = {
    live: { attribute: false }, step: { attribute: false }, document: { attribute: false }, place: { attribute: false },
    words: { attribute: false },
    graph: { state: true }, // {node, below, above}; null before the first response
    failure: { state: true },
    path: { state: true }, // the numbers looked at before, {id, name}
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    .path { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; margin-bottom: var(--space-2); min-height: 34px; }
    .path button { min-height: 26px; padding: 0 6px; font-family: var(--mono); font-size: 12px; }
    h3 { font: 600 var(--text-l)/1.3 var(--mono); overflow-wrap: anywhere; }
    h3:focus { outline: none; }
    h4 { margin: var(--space-3) 0 var(--space-1); font-size: var(--text-s); }
    .what { color: var(--muted); font-size: var(--text-s); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px var(--space-3); margin-top: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    dt { color: var(--muted); }
    dd { overflow-wrap: anywhere; }
    dd strong { font-size: var(--text-m); }
    .formula { font-family: var(--mono); font-size: var(--text-s); overflow-wrap: anywhere; }
    ul { display: grid; gap: 3px; }
    li { display: flex; flex-wrap: wrap; align-items: center; gap: 2px var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    li button { min-height: 28px; padding: 0 var(--space-2); font-family: var(--mono); font-size: 12px; white-space: normal; text-align: left; overflow-wrap: anywhere; }
    li .muted { font-size: var(--text-xs); }
    .lists { max-height: 520px; overflow: auto; }
  `];

  #requestedKey = '';
  #calls = new CoalescedCall(async ({ key, place }) => {
    const { live } = this;
    const query = { step: this.step, document: this.document, ...place };
    try {
      const below = await live.api.anatomyGraph(live.name, { ...query, limit: BELOW });
      const above = await live.api.anatomyGraph(live.name, { step: this.step, document: this.document, node: below.node, direction: 'up', limit: ABOVE });
      if (below.step !== this.step || above.step !== this.step) {
        this.dispatchEvent(new CustomEvent('changed'));
        return;
      }
      const node = below.nodes[0];
      this.graph = { key, node, below: byId(below.nodes), above: byId(above.nodes) };
      this.failure = null;
      this.#remember(node);
    } catch (failure) {
      this.failure = failure;
    }
  });

  constructor() {
    super();
    this.graph = null;
    this.failure = null;
    this.path = [];
    this.words = () => '';
  }

  willUpdate(changed) {
    const key = JSON.stringify([this.live.name, this.step, this.document, this.place]);
    if (changed.has('step') || changed.has('document')) {
      this.path = [];
    }
    if (key !== this.#requestedKey && this.place !== null) {
      this.#requestedKey = key;
      this.#calls.request({ key, place: this.place });
    }
  }

  updated(changed) {
    if (!changed.has('graph') || this.graph === null) {
      return;
    }
    this.dispatchEvent(new CustomEvent('found', { detail: this.graph.node.id }));
    if (this.#wasPressed) {
      this.#wasPressed = false;
      this.renderRoot.querySelector('h3').focus(); // the button that was pressed is gone
    }
  }

  #wasPressed = false;

  #remember(node) {
    const known = this.path.findIndex(({ id }) => id === node.id);
    this.path = known >= 0 ? this.path.slice(0, known + 1) : [...this.path.slice(-30), { id: node.id, name: nameOf(node) }];
  }

  #go(id) {
    this.#wasPressed = true;
    this.dispatchEvent(new CustomEvent('go', { detail: id }));
  }

  render() {
    const { graph, failure } = this;
    if (failure !== null) {
      return html`<p class="error" role="alert">${failure.message}</p>`;
    }
    if (graph === null) {
      return nothing;
    }
    const { node } = graph;
    return html`
      <nav class="path" aria-label=${t('number.path')}>${this.path.slice(0, -1).slice(-5).map(({ id, name }) => html`
        <button class="quiet" @click=${() => this.#go(id)}>${name}</button>${icons.forward}`)}</nav>
      <h3 tabindex="-1" id="name">${nameOf(node)}</h3>
      <p class="what">${this.#what(node)}</p>
      <dl>
        <dt>${t('number.value')}</dt><dd><strong data-value>${plain(node.value)}</strong></dd>
        <dt>${t('number.gradient')}</dt><dd><strong data-gradient>${plain(node.gradient)}</strong> ${this.#meaning(node)}</dd>
      </dl>
      <div class="lists">${this.#operands(node)} ${this.#uses(node)} ${node.update ? this.#update(node.update) : nothing}</div>`;
  }

  #what(node) {
    if (node.tensor === undefined) {
      return node.op === 'leaf' ? t('number.constant') : t('number.intermediate');
    }
    return node.update ? t('number.parameter') : this.words(node);
  }

  #meaning({ gradient }) {
    const by = number(Math.abs(gradient) / 1000);
    return gradient === 0 ? t('number.noEffect')
      : html`<span class="muted">${t('number.effect', { isUp: gradient > 0, by })}</span>`;
  }

  // ---- operands

  /** The terms of a sum: a long sum is a chain of intermediate nodes. */
  #terms(node) {
    const { below } = this.graph;
    const terms = [];
    const todo = [node];
    while (todo.length > 0 && terms.length < BELOW) {
      const next = todo.pop();
      const isChain = next.op === 'add' && (next === node || next.tensor === undefined);
      const operands = next.operands.map(({ id }) => below.get(id));
      if (isChain && operands.every((operand) => operand !== undefined)) {
        todo.push(...operands.toReversed());
      } else {
        terms.push(next);
      }
    }
    return terms;
  }

  #operands(node) {
    if (node.operands.length === 0) {
      return nothing;
    }
    const { below } = this.graph;
    const terms = this.#terms(node);
    const isSum = node.op === 'add' && terms.length > 2;
    if (isSum) {
      const more = terms.length - MOST_LISTED;
      return html`
        <h4>${t('number.sum', { number: count(terms.length) })}</h4>
        <ul aria-label=${t('number.terms')}>${terms.slice(0, MOST_LISTED).map((term) => html`<li>${this.#term(term)}</li>`)}</ul>
        ${more > 0 ? html`<p class="hint">${t('number.more', { number: count(more) })}</p>` : nothing}`;
    }
    const operands = node.operands.map(({ id }) => below.get(id));
    const words = operands.map((operand) => (operand === undefined ? '…' : plain(operand.value)));
    return html`
      <h4>${t('number.computedFrom')}</h4>
      <p class="formula">${FORMULAS[node.op](words, node)} = ${plain(node.value)}</p>
      <ul aria-label=${t('number.operands')}>${node.operands.map(({ id, localGradient }, i) => html`<li>
        <button @click=${() => this.#go(id)}>${operands[i] ? nameOf(operands[i]) : t('number.unnamed', { id })}</button>
        ${operands[i] ? plain(operands[i].value) : nothing}
        <span class="muted">${t('number.receives', { local: plain(localGradient), gradient: plain(node.gradient), product: plain(localGradient * node.gradient) })}</span></li>`)}</ul>`;
  }

  /** A term of a sum; if it is a product, its factors. */
  #term(term) {
    const { below } = this.graph;
    const factors = term.op === 'mul' && term.tensor === undefined ? term.operands.map(({ id }) => below.get(id)) : [];
    if (factors.length === 0 || factors.some((factor) => factor === undefined)) {
      return html`<button @click=${() => this.#go(term.id)}>${nameOf(term)}</button> ${plain(term.value)}`;
    }
    return html`${factors.map((factor, i) => html`${i > 0 ? ' × ' : nothing}<button
      @click=${() => this.#go(factor.id)}>${nameOf(factor)}</button> ${plain(factor.value)}`)} = ${plain(term.value)}`;
  }

  // ---- uses

  #uses(node) {
    if (node.uses === 0) {
      return html`<h4>${t('number.usedBy')}</h4><p class="hint">${node.tensor === 'loss' || node.tensor === 'share'
        ? t('number.minimised') : t('number.unused')}</p>`;
    }
    const { above } = this.graph;
    const uses = [...above.values()].filter(({ operands }) => operands.some(({ id }) => id === node.id));
    const more = node.uses - Math.min(uses.length, MOST_LISTED);
    return html`
      <h4>${t('number.uses', { number: node.uses })}</h4>
      <ul aria-label=${t('number.usesLabel')}>${uses.slice(0, MOST_LISTED).map((use) => {
        const local = use.operands.filter(({ id }) => id === node.id).reduce((sum, { localGradient }) => sum + localGradient, 0);
        const target = this.#named(use);
        return html`<li>
          <button @click=${() => this.#go(target.id)}>${target === use ? nameOf(use) : t('number.within', { operation: t(`number.ops.${use.op}`), name: nameOf(target) })}</button>
          <span class="muted">${plain(local)} × ${plain(use.gradient)} = ${plain(local * use.gradient)}</span></li>`;
      })}</ul>
      ${more > 0 ? html`<p class="hint">${t('number.more', { number: count(more) })}</p>` : nothing}`;
  }

  /** The nearest named number that an intermediate result is used for, if there is only one. */
  #named(use) {
    const { above } = this.graph;
    let now = use;
    for (let i = 0; i < ABOVE && now.tensor === undefined; i++) {
      const { id } = now;
      const next = now.uses === 1 ? [...above.values()].find(({ operands }) => operands.some((operand) => operand.id === id)) : undefined;
      if (next === undefined) {
        return use;
      }
      now = next;
    }
    return now;
  }

  // ---- the update of a parameter

  #update(update) {
    const { optimizer, before, gradientScale, m, v, mHat, vHat, after } = update;
    return html`
      <h4>${t('number.update', { optimizer: OPTIMISERS[optimizer] })}</h4>
      <p class="formula">${this.#formula(update)} = <strong data-after>${plain(after)}</strong></p>
      <dl>
        ${gradientScale === undefined ? nothing : html`
          <dt>${t('number.clipped')}</dt><dd>${plain(gradientScale)} <span class="muted">${t('number.clippedBy')}</span></dd>`}
        <dt>m</dt><dd>${plain(m)} <span class="muted">${mHat === undefined ? t('number.momentum')
          : t('number.m', { value: plain(mHat) })}</span></dd>
        ${v === undefined ? nothing : html`
          <dt>v</dt><dd>${plain(v)} <span class="muted">${t('number.v', { value: plain(vHat) })}</span></dd>`}
        <dt>${t('number.change')}</dt><dd>${plain(after - before)}</dd>
      </dl>`;
  }

  #formula({ optimizer, before, m, mHat, vHat, epsilon, learningRate, weightDecay }) {
    const kept = weightDecay === undefined ? plain(before) : `${plain(before)} × (1 − ${plain(learningRate)} × ${plain(weightDecay)})`;
    if (optimizer === 'sgd') {
      return `${kept} − ${plain(learningRate)} × ${plain(m)}`;
    }
    return optimizer === 'muon' ? `${kept} − ${plain(learningRate)} × ${t('number.orthogonal')}`
      : `${kept} − ${plain(learningRate)} × ${plain(mHat)} ÷ (√${plain(vHat)} + ${epsilon === 1e-8 ? '1e-8' : plain(epsilon)})`;
  }
}

function byId(nodes) {
  return new Map(nodes.map((node) => [node.id, node]));
}

customElements.define('mg-number', NumberDetails);
