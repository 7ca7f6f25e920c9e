// The panel that compares the options of the sessions, one per row. Those that differ come first.

import { css, html, nothing } from 'lit';

import { count, loss, number } from '../../data/format.js';
import { meanOfLast } from '../../data/loss-store.js';
import { OPTION_NAMES, optionText } from '../../data/session-options.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';
import { markStyles, sessionMark } from '../../components/session-marks.js';

const t = await texts('compare');

const NEWEST = 100; // steps that the newest mean loss is about

const whole = (value) => (value || value === 0 ? count(value) : '–');

const ROWS = [
  ...OPTION_NAMES.map((name) => ({
    label: optionText(name), apiName: name, value: ({ view }) => view.options[name],
    text: (value) => (value === null ? t('options.default') : typeof value === 'number' && name !== 'seed' ? number(value, 12) : `${value}`),
  })),
  { label: t('options.numParams'), apiName: 'numParams', value: ({ view }) => view.numParams, text: whole },
  { label: t('options.numDocs'), apiName: 'numDocs', value: ({ view }) => view.numDocs, text: whole },
  { label: t('options.vocabSize'), apiName: 'vocabSize', value: ({ view }) => view.vocabSize, text: whole },
  { label: t('options.step'), value: ({ view }) => view.step, text: whole },
  { label: t('options.meanLoss', { steps: NEWEST }), value: ({ losses }) => meanOfLast(losses.finest, NEWEST), text: loss },
];

class OptionsPanel extends Panel {
  static heading = t('options.heading');
  static about = t('options.about');

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

  /** The rows {label, apiName, values, texts, differs}; those that differ first. */
  get #rows() {
    const { present } = this.live;
    const rows = ROWS.flatMap(({ label, apiName, value, text }) => {
      const values = present.map(value);
      return OPTION_NAMES.includes(apiName) && values.every((each) => each === undefined) ? [] : { label, apiName, values, texts: values.map((each) => text(each ?? null)), differs: values.some((each) => each !== values[0]) };
    });
    return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
  }

  renderBody() {
    const { present } = this.live;
    if (present.length === 0) {
      return html`<p class="empty">${t('noneChosen')}</p>`;
    }
    const rows = this.#rows;
    const different = rows.filter(({ differs }) => differs).length;
    return html`
      <div class="options" tabindex="0" role="region" aria-label=${t('options.ofSessions')}>
        <table>
          <thead><tr><th scope="col"><span class="visually-hidden">${t('options.option')}</span></th>${present.map(({ name, slot }) => html`
            <th scope="col"><span class="head">${sessionMark(slot)}<span class="name" title=${name}>${name}</span></span></th>`)}</tr></thead>
          <tbody>${rows.map(({ label, apiName, texts, differs }) => html`
            <tr class=${differs ? 'differs' : ''}>
              <th scope="row"><span class="option"><span class="mark">${differs ? html`<span aria-hidden="true">≠</span><span class="visually-hidden">${t('options.differs')} </span>` : nothing}</span><span>${label} ${apiName ? html`<code>${apiName}</code>` : nothing}</span></span></th>
              ${texts.map((text) => html`<td>${text}</td>`)}
            </tr>`)}</tbody>
        </table>
      </div>
      ${present.length > 1 ? html`<p class="hint">${t('options.different', { rows: different })}</p>` : nothing}`;
  }

  table() {
    if (this.live.present.length === 0) {
      return null;
    }
    return {
      columns: [t('columns.option'), t('columns.differs'), ...this.live.present.map(({ name }) => name)],
      rows: this.#rows.map(({ label, values, texts, differs }) =>
        [label, t(differs ? 'options.yes' : 'options.no'), ...values.map((value, i) => typeof value === 'number' ? value : texts[i])]),
    };
  }
}

customElements.define('mg-compare-options', OptionsPanel);
