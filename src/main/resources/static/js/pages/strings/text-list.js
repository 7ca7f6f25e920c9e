// A list of texts with their scores, in an order that the user chooses, which can be copied and saved.

import { LitElement, css, html, nothing } from 'lit';

import { count, fixed, plural } from '../../data/format.js';
import { LANGUAGE } from '../../data/language.js';
import { visible } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import '../../components/row-table.js';
import { saveCsv, saveJson, saveText } from '../../components/save-file.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const t = await texts('strings');

const SORT = 'sort'; // in the URL: the key of a column, after a minus sign if the order is descending
const LONGEST = 200; // characters of a column; longer texts are cut off

const ALPHABETIC = new Intl.Collator(LANGUAGE);

/** How each column is shown and saved, and compared: by its values, unless there is an `order`. */
const COLUMNS = {
  place: { label: '#', width: () => 7, csv: 'line', value: ({ place }) => place, cell: ({ place }) => count(place) },
  text: { label: t('columns.text'), isText: true, csv: 'text', value: ({ text }) => text, cell: ({ text }) => text === '' ? html`<em>${t('empty')}</em>` : text },
  bits: {
    label: t('columns.bits'), width: ({ hasUnknown }) => hasUnknown ? 16 : 10, csv: 'bitsPerCharacter', value: ({ bits }) => bits,
    order: ({ bits, unknown }) => unknown === undefined ? bits : Infinity, // nothing is less expected
    cell: ({ bits, unknown }) => bits !== undefined ? fixed(bits, 2) : unknown === undefined ? '' : html`<span class="bad">${t('unknown', { character: visible(unknown) })}</span>`,
  },
  known: {
    label: t('columns.known'), width: () => 8, isText: true, csv: 'novel', value: ({ known }) => known === undefined ? undefined : !known,
    cell: ({ known }) => known === undefined ? '' : known ? t('document') : html`<span class="good">${t('new')}</span>`,
  },
  nearest: { label: t('columns.nearest'), isText: true, csv: 'nearest', value: ({ nearest }) => nearest?.text, cell: ({ nearest }) => nearest?.text ?? '' },
  distance: { label: t('columns.distance'), width: () => 7, csv: 'distance', value: ({ nearest }) => nearest?.distance, cell: ({ nearest }) => nearest?.distance ?? '' },
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
 * `<mg-text-list label="Texts" file="demo-texts" .source .keys=${['place', 'text', 'bits']} .rows>`
 *
 * `keys` are the columns. A row is {place, text, bits, logLikelihood, known, nearest: {text, distance}, unknown}; all but
 * the first two may be undefined. `rows` is replaced when it grows. `file` is the name of saved files, and `source` is
 * {session, step}, for those in JSON.
 */
class TextList extends LitElement {
  static properties = {
    label: {},
    file: {},
    source: { attribute: false },
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

  /** The columns of saved files: those of the table, and a few more. */
  get #savedColumns() {
    const columns = this.keys.map((key) => COLUMNS[key]);
    columns.splice(columns.indexOf(COLUMNS.bits), 0, LOG_LIKELIHOOD);
    if (this.#hasUnknown) {
      columns.push(UNKNOWN);
    }
    return columns;
  }

  get #saved() {
    const columns = this.#savedColumns;
    return { columns: columns.map(({ csv }) => csv), rows: this.#sorted.map((row) => columns.map(({ value }) => value(row) ?? null)) };
  }

  #saveCsv() {
    const { columns, rows } = this.#saved;
    saveCsv(columns, rows, `${this.file}.csv`);
  }

  #saveJson() {
    saveJson({ ...this.source, ...this.#saved }, `${this.file}.json`);
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
        <button ?disabled=${isEmpty || !navigator.clipboard} @click=${this.#copy}>${icons.copy} ${t(this.isCopied ? 'copied' : 'copy')}</button>
        <button ?disabled=${isEmpty} @click=${this.#saveText}>${t('saveTxt')}</button>
        <button ?disabled=${isEmpty} @click=${this.#saveCsv}>${t('saveCsv')}</button>
        <button ?disabled=${isEmpty} @click=${this.#saveJson}>${t('saveJson')}</button>
        <span class="hint">${plural(this.rows.length, 'text')}</span>
      </div>
      ${this.failure === null ? nothing : html`<p class="error" role="alert">${this.failure.message}</p>`}
      <mg-row-table label=${this.label} .columns=${this.#columns} .rows=${this.#sorted} .sort=${this.sort}
        @sort=${({ detail }) => this.#sortBy(detail)}></mg-row-table>`;
  }
}

customElements.define('mg-text-list', TextList);
