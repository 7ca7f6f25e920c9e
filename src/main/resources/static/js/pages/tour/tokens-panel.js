// The panel that shows the tokens of one text, and the vocabulary.

import { css, html, nothing } from 'lit';

import { count } from '../../data/format.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';

const t = await texts('tour');

const MOST = 300; // tokens of the vocabulary that are shown

class TokensPanel extends Panel {
  static heading = t('tokensPanel.heading');
  static about = t('tokensPanel.about');

  static properties = { facts: { attribute: false } };

  static styles = [Panel.styles, css`
    h3 { margin: var(--space-4) 0 var(--space-2); font-size: var(--text-s); }
    h3:first-child { margin-top: var(--space-1); }
    ol { display: flex; flex-wrap: wrap; gap: var(--space-1); }
    li { display: grid; justify-items: center; min-width: 38px; padding: var(--space-1) 6px; border: 1px solid var(--line); border-radius: var(--radius-small); }
    li b { font: 600 var(--text-l)/1.4 var(--mono); white-space: pre; }
    li span { color: var(--muted); font-size: var(--text-xs); font-variant-numeric: tabular-nums; }
    .text li { border-color: var(--data-1); background: var(--sunken); }
    .text li span { color: var(--ink); }
    .read b { color: var(--data-1); }
    .empty { display: grid; place-items: center; min-height: 160px; color: var(--muted); }
  `];

  /** [symbol, id] of each token that is read, and of the token at the end if it is known. */
  get #text() {
    const { positions } = this.facts;
    const last = positions.at(-1);
    return [...positions.map(({ read, readId }) => [read, readId]), ...(last?.nextId == null ? [] : [[last.next, last.nextId]])];
  }

  renderBody() {
    const { facts } = this;
    if (!facts?.trace || facts.symbols === null) {
      return html`<p class="empty">${this.instead(t('tokensPanel.tooLarge'))}</p>`;
    }
    const read = new Set(this.#text.map(([, id]) => id));
    const cell = (symbol, id, name) => html`<li class=${name}><b>${symbol}</b><span>${id}</span></li>`;
    return html`
      <h3>${t('tokensPanel.one')}</h3>
      <ol class="text">${this.#text.map(([symbol, id]) => cell(symbol, id, ''))}</ol>
      <h3>${t('tokensPanel.all', { tokens: count(facts.symbols.length) })}</h3>
      <ol>${facts.symbols.slice(0, MOST).map((symbol, id) => cell(symbol, id, read.has(id) ? 'read' : ''))}</ol>
      ${facts.symbols.length > MOST ? html`<p class="hint">${t('tokensPanel.first', { most: MOST })}</p>` : nothing}`;
  }

  table() {
    const { symbols } = this.facts ?? {};
    return symbols ? { columns: [t('columns.token'), t('columns.character')], rows: symbols.map((symbol, id) => [id, symbol]) } : null;
  }
}

customElements.define('mg-tour-tokens', TokensPanel);
