// The panel that shows all trials of a sweep as a table, which can be sorted.

import { css, html, nothing } from 'lit';

import { count, loss } from '../../data/format.js';
import { SITE } from '../../data/site.js';
import { STATES_OF_SESSIONS, stateInWords, variedLabel, variedValue } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';
import '../../components/row-table.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const t = await texts('sweep');

const TALLEST = 480; // px, of the table; it scrolls
const LONGEST = 24; // characters of the name of a session that fit
const ROW = 30; // px
const HEADING = 52; // px, with a bar that scrolls sideways

class TrialsPanel extends Panel {
  static heading = t('trials.heading');
  static about = t('trials.about');

  static properties = { sort: { state: true } }; // {key, isDescending}

  static styles = [Panel.styles, css`mg-row-table { height: var(--height); }`];

  constructor() {
    super();
    const inUrl = queryValue('sort') ?? 'rank';
    this.sort = { key: inUrl.replace(/^-/, ''), isDescending: inUrl.startsWith('-') };
  }

  /** As mg-row-table takes them, with `value(trial)`, and `text(value)` as it is shown. */
  get #columns() {
    const longest = this.live.sweep.trials.reduce((most, { session }) => Math.max(most, session.length), 0);
    const columns = [
      { key: 'rank', label: t('trials.rank'), width: 6, isText: true, value: ({ rank }) => rank, text: (value) => value ?? '–' },
      { key: 'session', label: t('trials.session'), width: Math.min(longest + 1, LONGEST), isText: true, value: ({ session }) => session, text: (value) => value },
      { key: 'validationLoss', label: t('validationLoss'), width: 17, value: ({ validationLoss }) => validationLoss, text: loss },
      ...this.live.sweep.varied.map((name) => {
        const label = variedLabel(name);
        return { key: name, label, width: label.length + 5, value: ({ options }) => options[name], text: (value) => variedValue(name, value) };
      }),
      { key: 'loss', label: t('trials.loss'), width: 16, value: ({ loss: value }) => value, text: loss },
      { key: 'step', label: t('trials.step'), width: 10, value: ({ step }) => step, text: count },
      { key: 'state', label: t('trials.state'), width: 13, isText: true, value: ({ state }) => state, text: stateInWords },
    ];
    return columns.map((column) => ({ ...column, cell: (trial) => cellOf(column, trial) }));
  }

  #sorted(columns) {
    const { value } = columns.find(({ key }) => key === this.sort.key) ?? columns[0];
    const sign = this.sort.isDescending ? -1 : 1;
    return this.live.sweep.trials.toSorted((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === undefined || right === undefined) {
        return (left === undefined) - (right === undefined); // those without a value are last
      }
      return sign * (typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right)));
    });
  }

  #sortBy(key) {
    this.sort = { key, isDescending: this.sort.key === key && !this.sort.isDescending };
    const value = `${this.sort.isDescending ? '-' : ''}${key}`;
    setQuery({ sort: value === 'rank' ? null : value });
  }

  renderBody() {
    const columns = this.#columns;
    const trials = this.#sorted(columns);
    return html`<mg-row-table label=${t('trials.heading')} .columns=${columns} .rows=${trials} .sort=${this.sort}
      .style=${`--height: ${Math.min(TALLEST, HEADING + ROW * trials.length)}px`} @sort=${({ detail }) => this.#sortBy(detail)}></mg-row-table>`;
  }

  table() {
    const columns = this.#columns;
    return {
      columns: [...columns.map(({ key }) => key), 'message'],
      rows: this.#sorted(columns).map((trial) => [...columns.map(({ value }) => value(trial) ?? null), trial.message ?? null]),
    };
  }
}

/** A trial has a session to link to from its beginning until somebody deletes it. */
function cellOf({ key, value, text }, trial) {
  const shown = text(value(trial));
  if (key === 'session') {
    return trial.state === 'waiting' || trial.state === 'deleted' ? shown : html`<a href="${SITE}s/${shown}">${shown}</a>`;
  }
  return key === 'state' ? html`<span class="chip ${STATES_OF_SESSIONS[trial.state] ?? ''}" title=${trial.message ?? nothing}>${shown}</span>` : shown;
}

customElements.define('mg-sweep-trials', TrialsPanel);
