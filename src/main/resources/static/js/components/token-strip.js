// The tokens of a document as a row of buttons, with optional arcs above them from one token to others.

import { LitElement, css, html, nothing, svg } from 'lit';

import { clipped } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';
import { controls } from './styles.js';

const t = await texts('common');

const CELL = 30; // px per token
const LONGEST = 6; // characters of a token that fit
const WIDEST = 3; // px of an arc
const FAINTEST = 0.02; // weights below are not drawn
const MOST_ARCS = 120; // only the strongest are drawn

/**
 * `<mg-token-strip .tokens=${['◆', 'a']} .chosen=${1} .looked=${0}>`; `arcs` is a list of
 * {from, to, weight, series}: series 0 to 5 have colours of their own. Sends `point` and `choose`
 * with a position (or null).
 */
class TokenStrip extends LitElement {
  static properties = {
    tokens: { attribute: false },
    chosen: { attribute: false },
    looked: { attribute: false },
    arcs: { attribute: false },
    label: { attribute: false },
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    .scroller { overflow-x: auto; padding: 2px; }
    .row { display: flex; width: max-content; }
    button {
      flex: none;
      width: 31px;
      min-height: 32px;
      padding: 0;
      overflow: hidden;
      border-color: var(--line);
      border-radius: 0;
      margin-right: -1px;
      font: 500 var(--text-m)/1 var(--mono);
      white-space: pre;
    }
    button.small { font-size: 9px; }
    button:first-child { border-radius: var(--radius-small) 0 0 var(--radius-small); }
    button:last-child { border-radius: 0 var(--radius-small) var(--radius-small) 0; }
    button.looked { background: var(--accent-soft); border-color: var(--accent); z-index: 1; }
    svg { display: block; overflow: visible; }
    path { fill: none; stroke-linecap: round; opacity: 0.85; }
    .s0 { stroke: var(--data-1); } .s1 { stroke: var(--data-2); } .s2 { stroke: var(--data-3); }
    .s3 { stroke: var(--data-4); } .s4 { stroke: var(--data-5); } .s5 { stroke: var(--data-6); }
  `];

  constructor() {
    super();
    this.tokens = [];
    this.chosen = null;
    this.looked = null;
    this.arcs = null;
    this.label = '';
  }

  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (steps !== undefined) {
      event.preventDefault();
      const buttons = [...this.renderRoot.querySelectorAll('button')];
      const now = buttons.indexOf(this.renderRoot.activeElement);
      buttons[Math.min(buttons.length - 1, Math.max(0, now + steps))].focus();
    }
  }

  render() {
    const { tokens, chosen, looked } = this;
    const stop = chosen ?? tokens.length - 1; // where Tab goes
    return html`
      <div class="scroller">
        ${this.arcs === null ? nothing : this.#arcs()}
        <div class="row" role="group" aria-label=${this.label} @keydown=${this.#key}
          @pointerleave=${() => this.#send('point', null)}>
          ${tokens.map((token, position) => html`
            <button class="token ${position === looked ? 'looked' : ''} ${token.length > 2 ? 'small' : ''}" tabindex=${position === stop ? 0 : -1}
              aria-pressed=${position === chosen} aria-label=${t('strip.token', { position, isBegin: position === 0, token })} title=${token.length > 2 ? token : nothing}
              @pointerenter=${() => this.#send('point', position)} @focus=${() => this.#send('point', position)}
              @blur=${() => this.#send('point', null)} @click=${() => this.#send('choose', position)}>${clipped(token, LONGEST)}</button>`)}
        </div>
      </div>`;
  }

  get #drawn() {
    const visible = this.arcs.filter(({ weight }) => weight >= FAINTEST);
    return visible.length <= MOST_ARCS ? visible : visible.sort((a, b) => b.weight - a.weight).slice(0, MOST_ARCS);
  }

  #arcs() {
    const height = 74;
    const x = (position) => (position + 0.5) * CELL;
    const path = ({ from, to, weight, series }, i) => {
      const lift = 2 + (series % 6) * 2.5; // so that arcs between the same tokens lie side by side
      const offset = (series % 6 - 2.5) * 3;
      const distance = Math.abs(from - to);
      const top = height - Math.min(height - 6, 16 + 11 * Math.sqrt(distance) * 1.6) - lift + 4;
      const d = from === to
        ? `M ${x(from) - 7 + offset} ${height} C ${x(from) - 12 + offset} ${top}, ${x(from) + 12 + offset} ${top}, ${x(from) + 7 + offset} ${height}`
        : `M ${x(from) + offset} ${height} C ${x(from) + offset} ${top - 8}, ${x(to) + offset} ${top - 8}, ${x(to) + offset} ${height}`;
      return svg`<path class="s${series % 6}" data-arc=${i} d=${d} stroke-width=${0.4 + weight * WIDEST} />`;
    };
    return html`<svg width=${this.tokens.length * CELL + 1} height=${height} aria-hidden="true">
      ${this.#drawn.map(path)}</svg>`;
  }
}

customElements.define('mg-token-strip', TokenStrip);
