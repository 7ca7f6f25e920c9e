// The page `/compare`: sessions side by side. The URL holds what is shown: `?s=a,b` the sessions, `?a` and
// `?b` the pair of which differences are shown, `?text` what they read; each panel may add what it needs.

import { LitElement, css, html, nothing } from 'lit';

import { Compared } from '../compare/compared.js';
import { MAP_KEYS } from '../heatmap.js';
import { bindKeys } from '../ui/keys.js';
import { controls } from '../ui/styles.js';
import '../compare/attention-difference.js';
import '../compare/forks.js';
import '../compare/losses.js';
import '../compare/options.js';
import '../compare/parameter-difference.js';
import '../compare/picker.js';
import '../compare/scores.js';
import '../compare/texts.js';
import '../ui/header.js';
import '../ui/help.js';

const KEYS = [
  ['a', 'choose a session to add'], ['x', 'losses over the next axis'], ['w', 'write: go to the prompt'],
  ['s', 'swap A and B of the differences'], ...MAP_KEYS, ['?', 'this help'],
];
const PANELS = ['losses', 'options', 'texts', 'forks', 'scores', 'parameters', 'attention'];
const WIDE = { losses: 0, options: 5, texts: 5 }; // as wide as the page from so many sessions on

class ComparePage extends LitElement {
  static properties = { revision: { state: true } };

  static styles = [controls, css`
    :host { display: block; }
    main { max-width: 1600px; margin: 0 auto; padding: var(--space-4) var(--space-5) var(--space-6); }
    h1 { margin-bottom: var(--space-3); font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.25; }
    .notice { margin-bottom: var(--space-3); }
    .intro { max-width: 60ch; margin-bottom: var(--space-4); color: var(--muted); }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); align-items: stretch; }
    .cell { min-width: 0; min-height: 120px; grid-column: span 12; }
    @media (min-width: 1000px) { .cell:not(.wide) { grid-column: span 6; } }
    @media (max-width: 600px) { main { padding-inline: var(--space-4); } }
  `];

  #compared = new Compared();
  #panels = PANELS.map((name) => ({ name, element: document.createElement(`mg-compare-${name}`) }));
  #unbind = null;

  connectedCallback() {
    super.connectedCallback();
    this.#compared.addEventListener('change', this.#changed);
    this.#unbind = bindKeys({
      'a': () => this.renderRoot.querySelector('mg-compare-picker')?.focus(),
      'x': () => this.#panel('losses').nextAxis(),
      'w': () => this.#panel('texts').write(),
      's': () => this.#compared.swapPair(),
      '?': () => this.#help(),
    });
    this.#changed();
    this.#compared.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#compared.removeEventListener('change', this.#changed);
    this.#unbind();
    this.#compared.stop();
  }

  #changed = () => {
    const live = this.#compared;
    const view = { step: live.present.reduce((most, { view: { step } }) => Math.max(most, step), 0) }; // for the name of a file
    this.#panels.forEach(({ element }) => Object.assign(element, { live, view, revision: live.revision }));
    this.revision = live.revision;
    document.title = `${['Compare', live.entries.map(({ name }) => name).join(', ')].filter(Boolean).join(' ')} – microgpt`;
  };

  #panel(name) {
    return this.#panels.find((panel) => panel.name === name).element;
  }

  #help() {
    this.renderRoot.querySelector('mg-help').open();
  }

  render() {
    const { isLost, entries } = this.#compared;
    return html`
      <mg-header @help=${this.#help}></mg-header>
      <main>
        <h1>Compare</h1>
        <div role="status">${isLost
          ? html`<p class="notice bad">The server does not answer. What is shown may be old; this page tries again by itself.</p>` : nothing}</div>
        ${entries.length === 0 ? html`<p class="intro">Choose sessions to see their losses, their options and their texts side by side,
          and how two of them differ inside.</p>` : nothing}
        <mg-compare-picker .live=${this.#compared} .revision=${this.revision}></mg-compare-picker>
        <div class="grid" ?hidden=${entries.length === 0}>
          ${this.#panels.map(({ name, element }) => html`<div class="cell ${entries.length >= WIDE[name] ? 'wide' : ''}">${element}</div>`)}
        </div>
      </main>
      <mg-help .keys=${KEYS}>
        <p>Sessions side by side. Each has a number, a colour and a way of drawing its line, the same in all panels. The page
          follows sessions that train. Forks are compared with the sessions that they were forked from.</p>
      </mg-help>`;
  }
}

customElements.define('mg-compare-page', ComparePage);
