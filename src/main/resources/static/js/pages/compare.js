// The page `/compare`: sessions side by side. The URL holds what is shown: `?s=a,b` the sessions, `?a` and
// `?b` the pair whose differences are shown, `?text` the text they read; each panel may add what it needs.

import { css, html, nothing } from 'lit';

import { texts } from '../data/texts.js';
import { MAP_KEYS } from '../components/heatmap.js';
import { Page } from './base/page.js';
import { ComparedSessions } from './compare/compared-sessions.js';
import './compare/attention-panel.js';
import './compare/forks-panel.js';
import './compare/losses-panel.js';
import './compare/options-panel.js';
import './compare/parameters-panel.js';
import './compare/scores-panel.js';
import './compare/session-picker.js';
import './compare/texts-panel.js';

const t = await texts('compare');

const PANELS = ['losses', 'options', 'texts', 'forks', 'scores', 'parameters', 'attention'];
const WIDE = { losses: 0, options: 5, texts: 5 }; // full width from this number of sessions on

class ComparePage extends Page {
  static hasPanels = true;
  static help = t('help');
  static keys = [
    ['a', t('keys.add')], ['x', t('keys.axis')], ['w', t('keys.prompt')],
    ['s', t('keys.swap')], ...MAP_KEYS,
  ];

  static properties = { revision: { state: true } };

  static styles = [Page.styles, css`
    h1 { margin-bottom: var(--space-3); }
    .intro { max-width: 60ch; margin-bottom: var(--space-4); color: var(--muted); }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); align-items: stretch; }
    .cell { min-width: 0; min-height: 120px; grid-column: span 12; }
    @media (min-width: 1000px) { .cell:not(.wide) { grid-column: span 6; } }
  `];

  #compared = new ComparedSessions();
  #panels = PANELS.map((name) => ({ name, element: document.createElement(`mg-compare-${name}`) }));

  connectedCallback() {
    super.connectedCallback();
    this.#compared.addEventListener('change', this.#changed);
    this.#changed();
    this.#compared.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#compared.removeEventListener('change', this.#changed);
    this.#compared.stop();
  }

  get shortcuts() {
    return {
      'a': () => this.renderRoot.querySelector('mg-compare-picker')?.focus(),
      'x': () => this.#panel('losses').nextAxis(),
      'w': () => this.#panel('texts').write(),
      's': () => this.#compared.swapPair(),
    };
  }

  #changed = () => {
    const live = this.#compared;
    const view = { step: live.present.reduce((most, { view: { step } }) => Math.max(most, step), 0) }; // for file names
    this.#panels.forEach(({ element }) => Object.assign(element, { live, view, revision: live.revision }));
    this.revision = live.revision;
    this.setTitle(live.entries.length === 0 ? t('title') : t('titleOf', { names: live.entries.map(({ name }) => name).join(', ') }));
  };

  #panel(name) {
    return this.#panels.find((panel) => panel.name === name).element;
  }

  renderMain() {
    const { isLost, entries } = this.#compared;
    return html`
      <h1>${t('title')}</h1>
      <div role="status">${isLost
        ? html`<p class="notice bad">${t('serverLost')}</p>` : nothing}</div>
      ${entries.length === 0 ? html`<p class="intro">${t('intro')}</p>` : nothing}
      <mg-compare-picker .live=${this.#compared} .revision=${this.revision}></mg-compare-picker>
      <div class="grid" ?hidden=${entries.length === 0}>
        ${this.#panels.map(({ name, element }) => html`<div class="cell ${entries.length >= WIDE[name] ? 'wide' : ''}">${element}</div>`)}
      </div>`;
  }
}

customElements.define('mg-compare-page', ComparePage);
