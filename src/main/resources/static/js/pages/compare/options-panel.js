// The panel that compares the options of the sessions, one per row. Those that differ come first.

import { css, html, nothing } from 'lit';

import { count, loss, number } from '../../data/format.js';
import { meanOfLast } from '../../data/loss-store.js';
import { OPTION_TEXTS } from '../../data/session-options.js';
import { Panel } from '../../components/panel.js';
import { markStyles, sessionMark } from '../../components/session-marks.js';
import { tablePicture } from '../../components/table-picture.js';

const NEWEST = 100; // steps that the newest mean loss is about

const whole = (value) => (value || value === 0 ? count(value) : '–');

const ROWS = [
  ...Object.entries(OPTION_TEXTS).map(([name, { label }]) => ({
    label, apiName: name, value: ({ view }) => view.options[name],
    text: (value) => (value === null ? 'default' : typeof value === 'number' && name !== 'seed' ? number(value, 12) : `${value}`),
  })),
  { label: 'Parameters', apiName: 'numParams', value: ({ view }) => view.numParams, text: whole },
  { label: 'Documents', apiName: 'numDocs', value: ({ view }) => view.numDocs, text: whole },
  { label: 'Vocabulary', apiName: 'vocabSize', value: ({ view }) => view.vocabSize, text: whole },
  { label: 'Step', value: ({ view }) => view.step, text: whole },
  { label: `Mean loss of the last ${NEWEST} steps`, value: ({ losses }) => meanOfLast(losses.finest, NEWEST), text: loss },
];

class OptionsPanel extends Panel {
  static heading = 'Options';
  static about = 'The current options, and the results. Rows in which the sessions differ are marked with ≠ '
    + 'and come first.';

  static styles = [Panel.styles, markStyles, css`
    .options { overflow-x: auto; }
    th, td { white-space: nowrap; }
    tbody th { position: static; text-align: left; font-weight: 400; }
    tr.differs th { font-weight: 600; }
    tr.differs td { font-weight: 600; }
    tr:not(.differs) th, tr:not(.differs) td { color: var(--muted); }
    thead th { vertical-align: bottom; }
    thead .head { display: inline-flex; flex-direction: column; align-items: flex-end; gap: 2px; max-width: 160px; }
    .name { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    table { border-collapse: separate; border-spacing: 0; } /* so that the names keep their lines while it scrolls */
    .option { display: flex; }
    .mark { flex: 0 0 1.3em; color: var(--data-1); font-weight: 700; }
    .hint { margin-top: var(--space-2); }
    .empty { color: var(--muted); }
    @media (max-width: 600px) {
      table { font-size: var(--text-xs); }
      th, td { padding: var(--space-1) 3px; }
      th:first-child { position: sticky; left: 0; z-index: 1; max-width: 112px; background: var(--surface); white-space: normal; }
      .session-mark svg { display: none; }
    }
  `];

  /** The rows {label, apiName, texts, differs}; those that differ first. */
  get #rows() {
    const { present } = this.live;
    const rows = ROWS.flatMap(({ label, apiName, value, text }) => {
      const values = present.map(value);
      return apiName in OPTION_TEXTS && values.every((each) => each === undefined) ? [] : { label, apiName, texts: values.map((each) => text(each ?? null)), differs: values.some((each) => each !== values[0]) };
    });
    return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
  }

  renderBody() {
    const { present } = this.live;
    if (present.length === 0) {
      return html`<p class="empty">No session has been chosen.</p>`;
    }
    const rows = this.#rows;
    const different = rows.filter(({ differs }) => differs).length;
    return html`
      <div class="options" tabindex="0" role="region" aria-label="Options of the sessions">
        <table>
          <thead><tr><th scope="col"><span class="visually-hidden">Option</span></th>${present.map(({ name, slot }) => html`
            <th scope="col"><span class="head">${sessionMark(slot)}<span class="name" title=${name}>${name}</span></span></th>`)}</tr></thead>
          <tbody>${rows.map(({ label, apiName, texts, differs }) => html`
            <tr class=${differs ? 'differs' : ''}>
              <th scope="row"><span class="option"><span class="mark">${differs ? html`<span aria-hidden="true">≠</span><span class="visually-hidden">differs: </span>` : nothing}</span><span>${label} ${apiName ? html`<code>${apiName}</code>` : nothing}</span></span></th>
              ${texts.map((text) => html`<td>${text}</td>`)}
            </tr>`)}</tbody>
        </table>
      </div>
      ${present.length > 1 ? html`<p class="hint">${different === 0 ? 'They are identical in every row.' : `≠ marks the ${different} rows in which they differ.`}</p>` : nothing}`;
  }

  table() {
    if (this.live.present.length === 0) {
      return null;
    }
    return {
      columns: ['option', 'differs', ...this.live.present.map(({ name }) => name)],
      rows: this.#rows.map(({ label, texts, differs }) => [label, differs ? 'yes' : 'no', ...texts]),
    };
  }

  picture() {
    return tablePicture(this.table());
  }
}

customElements.define('mg-compare-options', OptionsPanel);
