// A table of any number of rows of the same height. It renders those that are in view; screen readers are told the
// number of all rows and the place of each.

import { LitElement, css, html, nothing } from 'lit';

import { ResizeController } from './resize-controller.js';
import { controls } from './styles.js';

const OVERSCAN = 8; // rows above and below those in view
const ROW_HEIGHT = 30; // px, until a row has been measured

/**
 * `<mg-row-table label="Texts" .columns .rows .sort=${{key: 'bits', isDescending: true}}>` sends `sort` with the key of
 * the column whose heading was pressed.
 *
 * `columns` is a list of {key, label, width, cell, isText}: `width` is in characters, `cell(row)` returns the content of
 * a cell, and texts are aligned to the left. Rows are shown in the order of `rows`.
 */
class RowTable extends LitElement {
  static properties = {
    label: {},
    columns: { attribute: false },
    rows: { attribute: false },
    sort: { attribute: false },
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    .rows { height: 100%; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius-small); background: var(--surface); }
    table { table-layout: fixed; font: var(--text-s)/1 var(--mono); }
    col { width: var(--width); }
    th, td { height: calc(30px * var(--scale)); padding-block: 0; overflow: hidden; white-space: nowrap; }
    tr.gap td { height: var(--height); padding: 0; border: 0; }
    th, th:first-child { padding: 0; z-index: 1; }
    .text, td.text, th.text { text-align: left; }
    td { white-space: pre; }
    th button { width: 100%; min-height: 32px; padding: 0 var(--space-2); border: 0; border-radius: 0; gap: 4px; justify-content: flex-end; font: 600 var(--text-s)/1 var(--font); }
    th.text button { justify-content: flex-start; }
    th button:focus-visible { outline-offset: -2px; }
    .good { color: var(--good); }
    .bad { color: var(--bad); }
  `];

  #rowHeight = ROW_HEIGHT;
  #frame = null;
  #sizes = new ResizeController(this, () => this.#update());

  constructor() {
    super();
    this.columns = [];
    this.rows = [];
    this.sort = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  get #box() {
    return this.renderRoot.querySelector('.rows');
  }

  /** Shows the first row. */
  scrollToTop() {
    this.#box?.scrollTo(0, 0);
  }

  #update() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.requestUpdate();
    });
  }

  updated() {
    const height = this.renderRoot.querySelector('tr.row')?.offsetHeight ?? this.#rowHeight;
    if (height > 0 && height !== this.#rowHeight) {
      this.#rowHeight = height;
      this.#update();
    }
  }

  /** The range of rows to render, from `first` to before `end`. */
  get #range() {
    const { scrollTop = 0, clientHeight = 0 } = this.#box ?? {};
    const inView = Math.floor(scrollTop / this.#rowHeight);
    const first = Math.max(0, Math.min(inView, this.rows.length) - OVERSCAN);
    const end = Math.min(this.rows.length, inView + Math.ceil(clientHeight / this.#rowHeight) + OVERSCAN);
    return { first, end: Math.max(first, end) };
  }

  render() {
    const { first, end } = this.#range;
    const { columns, rows } = this;
    const width = columns.reduce((sum, column) => sum + column.width, 0);
    return html`
      <div class="rows" tabindex="0" role="region" aria-label=${this.label} @scroll=${this.#update}>
        <table aria-label=${this.label} aria-rowcount=${rows.length + 1} .style=${`min-width: calc(${width}ch + ${columns.length} * 2 * var(--space-2))`}>
          <colgroup>${columns.map((column) => html`<col .style=${`--width: calc(${column.width}ch + 2 * var(--space-2))`}>`)}</colgroup>
          <thead><tr aria-rowindex="1">${columns.map((column) => this.#heading(column))}</tr></thead>
          ${this.#gap(first)}
          <tbody>${rows.slice(first, end).map((row, i) => html`
            <tr class="row" aria-rowindex=${first + i + 2}>${columns.map(({ cell, isText }) => html`<td class=${isText ? 'text' : ''}>${cell(row)}</td>`)}</tr>`)}
          </tbody>
          ${this.#gap(rows.length - end)}
        </table>
      </div>`;
  }

  /** The room of rows that are not rendered. */
  #gap(number) {
    return number === 0 ? nothing : html`
      <tbody aria-hidden="true"><tr class="gap"><td colspan=${this.columns.length} .style=${`--height: ${number * this.#rowHeight}px`}></td></tr></tbody>`;
  }

  #heading({ key, label, isText }) {
    const isSorted = this.sort?.key === key;
    const { isDescending } = this.sort ?? {};
    return html`
      <th scope="col" class=${isText ? 'text' : ''} aria-sort=${isSorted ? isDescending ? 'descending' : 'ascending' : nothing}>
        <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('sort', { detail: key }))}>${label}
          ${isSorted ? html`<span aria-hidden="true">${isDescending ? '↓' : '↑'}</span>` : nothing}</button></th>`;
  }
}

customElements.define('mg-row-table', RowTable);
