// A text whose characters are coloured by their surprisal.

import { LitElement, css, html, nothing } from 'lit';

import { fixed, loss, number } from '../../data/format.js';
import { BOS, clipped } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';

const t = await texts('lab');

const LEVELS = 5; // of background colour, all with readable text
const LONGEST = 16; // characters of a token
const STRONGEST = 5; // nats: a probability of 1 in 150

/**
 * The surprisal of each next token in nats: the natural logarithm of 1 / its probability. After a text that was
 * read to its end, the next token is the end itself.
 */
export function surprisalsOf(positions, vizData) {
  return positions.flatMap(({ next, nextId }, position) => {
    const prob = vizData[position].probs?.[nextId];
    return nextId === null || prob === undefined ? [] : [{ position, token: next, prob, surprisal: -Math.log(prob) }];
  });
}

/**
 * `<mg-surprise .surprisals .characters .chosen=${position}>`; `characters` of a text that was read to its end, otherwise null. Sends `choose` with the
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
    const chosenOne = surprisals.find(({ position }) => position === chosen);
    const name = (token) => (token === BOS ? t('surprisals.end') : t('quoted', { text: token }));
    const strong = (words) => html`<strong>${words}</strong>`;
    return html`
      <ol aria-label=${t('surprisals.list')}>${surprisals.map(({ position, token, prob, surprisal }) => html`
        <li><button class="l${Math.min(LEVELS - 1, Math.floor(LEVELS * surprisal / STRONGEST))}" aria-pressed=${position === chosen}
          aria-label=${t('surprisals.token', { token: name(token), surprisal: loss(surprisal), probability: percent(prob) })} title=${t(token.length > LONGEST ? 'surprisals.longTitle' : 'surprisals.title', { token, probability: percent(prob) })}
          @click=${() => this.dispatchEvent(new CustomEvent('choose', { detail: position }))}>
          <span class="token">${clipped(token, LONGEST)}</span><span class="nats">${fixed(surprisal, 2)}</span></button></li>`)}</ol>
      <p>${t.html('surprisals.total', {
        total: strong(loss(total)), mean: strong(loss(total / surprisals.length)), perplexity: strong(loss(Math.exp(total / surprisals.length))),
        isWhole: this.characters !== null, bits: strong(loss(total / Math.LN2 / (this.characters + 1))),
        token: strong(name(worst.token)), probability: percent(worst.prob),
      })}
        ${chosenOne === undefined ? nothing : t.html('surprisals.chosen', { token: strong(name(chosenOne.token)), probability: percent(chosenOne.prob) })}</p>`;
  }
}

/** A probability in percent. */
export function percent(share) {
  return t('percent', { number: share >= 0.0005 ? fixed(100 * share, 1) : number(100 * share, 1) });
}

customElements.define('mg-surprise', Surprisals);
