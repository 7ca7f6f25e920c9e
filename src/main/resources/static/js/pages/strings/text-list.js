// A list of texts with their scores, in an order that the user chooses, which can be copied and saved.

import { LitElement, css, html, nothing } from 'lit';

import { count, plural } from '../../data/format.js';
import { visible } from '../../data/model/tokens.js';
import { icons } from '../../components/icons.js';
import '../../components/row-table.js';
import { saveCsv, saveText } from '../../components/save-file.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const SORT = 'sort'; // in the URL: the key of a column, after a minus sign if the order is descending
const LONGEST = 200; // characters of a column; longer texts are cut off

const ALPHABETIC = new Intl.Collator('en');

/** How each column is shown and saved, and compared: by its values, unless there is an `order`. */
const COLUMNS = {
  place: { label: '#', width: () => 7, csv: 'line', value: ({ place }) => place, cell: ({ place }) => count(place) },
  text: { label: 'Text', isText: true, csv: 'text', value: ({ text }) => text, cell: ({ text }) => text === '' ? html`<em>(empty)</em>` : text },
  bits: {
    label: 'Bits/char', width: ({ hasUnknown }) => hasUnknown ? 16 : 10, csv: 'bitsPerCharacter', value: ({ bits }) => bits,
    order: ({ bits, unknown }) => unknown === undefined ? bits : Infinity, // nothing is less expected
    cell: ({ bits, unknown }) => bits !== undefined ? bits.toFixed(2) : unknown === undefined ? '' : html`<span class="bad">unknown ${visible(unknown)}</span>`,
  },
  known: {
    label: 'New?', width: () => 8, isText: true, csv: 'novel', value: ({ known }) => known === undefined ? undefined : !known,
    cell: ({ known }) => known === undefined ? '' : known ? 'document' : html`<span class="good">new</span>`,
  },
  nearest: { label: 'Nearest', isText: true, csv: 'nearest', value: ({ nearest }) => nearest?.text, cell: ({ nearest }) => nearest?.text ?? '' },
  distance: { label: 'Edits', width: () => 7, csv: 'distance', value: ({ nearest }) => nearest?.distance, cell: ({ nearest }) => nearest?.distance ?? '' },
};

/** What the file has besides the columns of the table, in its order. */
const LOG_LIKELIHOOD = { csv: 'logLikelihood', value: ({ logLikelihood }) => logLikelihood };
const UNKNOWN = { csv: 'unknown', value: ({ unknown }) => unknown };

/** Compares values of a column; those that are missing come last in either order. */
function comparison({ key, isDescending }) {
  const { value, order = value } = COLUMNS[key];
  const sign = isDescending ? -1 : 1;
  const compare = COLUMNS[key].isText && key !== 'known' ? (a, b) => ALPHABETIC.compare(a, b) : (a, b) => Number(a > b) - Number(a < b);
  return (one, other) => {
    const a = order(one);
    const b = order(other);
    return a === undefined || b === undefined ? (a === undefined) - (b === undefined) : sign * compare(a, b);
  };
}

/**
 * `<mg-text-list label="Texts" file="demo-texts" .keys=${['place', 'text', 'bits']} .rows>`
 *
 * `keys` are the columns. A row is {place, text, bits, logLikelihood, known, nearest: {text, distance}, unknown}; all but
 * the first two may be undefined. `rows` is replaced when it grows. `file` is the name of saved files.
 */
class TextList extends LitElement {
  static properties = {
    label: {},
    file: {},
    keys: { attribute: false },
    rows: { attribute: false },
    sort: { state: true },
    isCopied: { state: true },
    failure: { state: true },
  };

  static styles = [controls, css`
    :host { display: grid; gap: var(--space-2); min-width: 0; }
    mg-row-table { height: clamp(280px, 62dvh, 900px); }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
  `];

  #sorted = [];

  constructor() {
    super();
    this.keys = [];
    this.rows = [];
    const inUrl = queryValue(SORT) ?? '-bits';
    const key = inUrl.replace(/^-/, '');
    this.sort = Object.hasOwn(COLUMNS, key) ? { key, isDescending: inUrl.startsWith('-') } : { key: 'bits', isDescending: true };
    this.isCopied = false;
    this.failure = null;
  }

  willUpdate(changed) {
    if (changed.has('rows') || changed.has('sort')) {
      this.#sorted = this.rows.toSorted(comparison(this.sort));
      this.isCopied = false;
    }
  }

  #sortBy(key) {
    const isNumber = key === 'bits' || key === 'distance';
    this.sort = { key, isDescending: this.sort.key === key ? !this.sort.isDescending : isNumber };
    const value = `${this.sort.isDescending ? '-' : ''}${key}`;
    setQuery({ [SORT]: value === '-bits' ? null : value });
    this.renderRoot.querySelector('mg-row-table').scrollToTop();
  }

  /** Whether some texts have characters that the model does not know. */
  get #hasUnknown() {
    return this.rows.some(({ unknown }) => unknown !== undefined);
  }

  get #texts() {
    return this.#sorted.map(({ text }) => text);
  }

  async #copy() {
    this.failure = null;
    try {
      await navigator.clipboard.writeText(this.#texts.join('\n'));
      this.isCopied = true;
    } catch (error) {
      this.failure = error;
    }
  }

  #saveText() {
    saveText(`${this.#texts.join('\n')}\n`, 'text/plain', `${this.file}.txt`);
  }

  #saveCsv() {
    const columns = this.keys.map((key) => COLUMNS[key]);
    columns.splice(columns.indexOf(COLUMNS.bits), 0, LOG_LIKELIHOOD);
    if (this.#hasUnknown) {
      columns.push(UNKNOWN);
    }
    saveCsv(columns.map(({ csv }) => csv), this.#sorted.map((row) => columns.map(({ value }) => value(row))), `${this.file}.csv`);
  }

  /** The columns; those of texts are as wide as their longest one. */
  get #columns() {
    return this.keys.map((key) => {
      const { width, label, value } = COLUMNS[key];
      const longest = () => this.rows.reduce((most, row) => Math.max(most, value(row)?.length ?? 0), label.length + 2);
      return { key, ...COLUMNS[key], width: width?.({ hasUnknown: this.#hasUnknown }) ?? Math.min(LONGEST, longest()) };
    });
  }

  render() {
    const isEmpty = this.rows.length === 0;
    return html`
      <div class="row">
        <button ?disabled=${isEmpty || !navigator.clipboard} @click=${this.#copy}>${icons.copy} ${this.isCopied ? 'Copied' : 'Copy'}</button>
        <button ?disabled=${isEmpty} @click=${this.#saveText}>Download .txt</button>
        <button ?disabled=${isEmpty} @click=${this.#saveCsv}>Download .csv</button>
        <span class="hint">${plural(this.rows.length, 'text')}</span>
      </div>
      ${this.failure === null ? nothing : html`<p class="error" role="alert">${this.failure.message}</p>`}
      <mg-row-table label=${this.label} .columns=${this.#columns} .rows=${this.#sorted} .sort=${this.sort}
        @sort=${({ detail }) => this.#sortBy(detail)}></mg-row-table>`;
  }
}

customElements.define('mg-text-list', TextList);
