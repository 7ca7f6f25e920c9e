// A text whose characters are coloured by their surprisal.

import { LitElement, css, html, nothing } from 'lit';

import { loss } from '../../data/format.js';
import { BOS, clipped } from '../../data/model/tokens.js';
import { controls } from '../../components/styles.js';

const LEVELS = 5; // of background colour, all with readable text
const LONGEST = 16; // characters of a token
const STRONGEST = 5; // nats: a probability of 1 in 150

/**
 * The surprisal of each next token in nats: the natural logarithm of 1 / its probability. After a text that was
 * read to its end, the next token is the end itself.
 */
export function surprisalsOf(positions, vizData) {
  return positions.flatMap(({ next, nextId }, t) => {
    const prob = vizData[t].probs?.[nextId];
    return nextId === null || prob === undefined ? [] : [{ t, token: next, prob, surprisal: -Math.log(prob) }];
  });
}

/**
 * `<mg-surprise .surprisals .characters .chosen=${t}>`; `characters` of a text that was read to its end, otherwise null. Sends `choose` with the
 * position that predicts the token.
 */
class Surprisals extends LitElement {
  static properties = { surprisals: { attribute: false }, characters: { attribute: false }, chosen: { attribute: false } };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    ol { display: flex; flex-wrap: wrap; gap: 3px; }
    button {
      flex-direction: column;
      gap: 3px;
      min-width: 44px;
      height: auto;
      padding: var(--space-1) 2px;
      border-color: var(--line);
    }
    button:hover:not(:disabled) { border-color: var(--ink); }
    .token { font: 600 var(--text-l)/1.2 var(--mono); white-space: pre; }
    .nats { font-size: 11px; font-variant-numeric: tabular-nums; }
    .l0, .l0:hover:not(:disabled) { background: var(--ramp-0); color: var(--ink); }
    .l1, .l1:hover:not(:disabled) { background: var(--ramp-1); color: var(--ink); }
    .l2, .l2:hover:not(:disabled) { background: var(--ramp-2); color: var(--ink); }
    .l3, .l3:hover:not(:disabled) { background: var(--ramp-4); color: var(--surface); }
    .l4, .l4:hover:not(:disabled) { background: var(--ramp-5); color: var(--surface); }
    [aria-pressed="true"] { outline: 2px solid var(--data-2); outline-offset: 1px; }
    p { margin-top: var(--space-2); color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    p strong { color: var(--ink); }
  `];

  constructor() {
    super();
    this.characters = null;
  }

  render() {
    const { surprisals, chosen } = this;
    if (surprisals.length === 0) {
      return nothing;
    }
    const total = surprisals.reduce((sum, { surprisal }) => sum + surprisal, 0);
    const worst = surprisals.reduce((a, b) => (b.surprisal > a.surprisal ? b : a));
    const chosenOne = surprisals.find(({ t }) => t === chosen);
    const name = (token) => (token === BOS ? 'the end' : `“${token}”`);
    return html`
      <ol aria-label="Characters, and how surprising each is, in nats">${surprisals.map(({ t, token, prob, surprisal }) => html`
        <li><button class="l${Math.min(LEVELS - 1, Math.floor(LEVELS * surprisal / STRONGEST))}" aria-pressed=${t === chosen}
          aria-label="${name(token)}: surprisal ${loss(surprisal)}, probability ${percent(prob)}" title="${token.length > LONGEST ? `${token}: ` : ''}probability ${percent(prob)}"
          @click=${() => this.dispatchEvent(new CustomEvent('choose', { detail: t }))}>
          <span class="token">${clipped(token, LONGEST)}</span><span class="nats">${surprisal.toFixed(2)}</span></button></li>`)}</ol>
      <p>Surprisal: <strong>${loss(total)}</strong> nats in total, <strong>${loss(total / surprisals.length)}</strong> per token
        (that is the loss), perplexity <strong>${loss(Math.exp(total / surprisals.length))}</strong>${this.characters === null ? nothing
          : html`, <strong>${loss(total / Math.LN2 / (this.characters + 1))}</strong> bits per character`}. Most surprising:
        <strong>${name(worst.token)}</strong>, with probability ${percent(worst.prob)}.${chosenOne === undefined ? nothing
          : html` Chosen: <strong>${name(chosenOne.token)}</strong>, with probability ${percent(chosenOne.prob)}.`}</p>`;
  }
}

/** A probability in percent. */
export function percent(share) {
  return share >= 0.0005 ? `${(100 * share).toFixed(1)}%` : `${Number((100 * share).toPrecision(1))}%`;
}

customElements.define('mg-surprise', Surprisals);
