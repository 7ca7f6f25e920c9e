// The panel that shows the tokens of one text, and the vocabulary.

import { css, html, nothing } from 'lit';

import { count } from '../../data/format.js';
import { Panel } from '../../components/panel.js';
import { tablePicture } from '../../components/table-picture.js';

const MOST = 300; // tokens of the vocabulary that are shown

class TokensPanel extends Panel {
  static heading = 'Tokens';
  static about = 'Top: one text as the model reads it, with its characters and the numbers that represent them. Bottom: the '
    + 'whole vocabulary.';

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
      return html`<p class="empty">${this.instead('The alphabet of this model is too large to show here.')}</p>`;
    }
    const read = new Set(this.#text.map(([, id]) => id));
    const cell = (symbol, id, name) => html`<li class=${name}><b>${symbol}</b><span>${id}</span></li>`;
    return html`
      <h3>One text</h3>
      <ol class="text">${this.#text.map(([symbol, id]) => cell(symbol, id, ''))}</ol>
      <h3>All ${count(facts.symbols.length)} tokens</h3>
      <ol>${facts.symbols.slice(0, MOST).map((symbol, id) => cell(symbol, id, read.has(id) ? 'read' : ''))}</ol>
      ${facts.symbols.length > MOST ? html`<p class="hint">The first ${MOST}.</p>` : nothing}`;
  }

  table() {
    const { symbols } = this.facts ?? {};
    return symbols ? { columns: ['token', 'character'], rows: symbols.map((symbol, id) => [id, symbol]) } : null;
  }

  picture() {
    return tablePicture(this.table());
  }
}

customElements.define('mg-tour-tokens', TokensPanel);
