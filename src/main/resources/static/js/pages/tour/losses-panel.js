// The panel that shows the loss of each prediction in one text, in a table and on the curve of −ln p.

import { css, html, nothing } from 'lit';

import { loss, number } from '../../data/format.js';
import { BOS, inWords } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { axis, namedAlong, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { Panel } from '../../components/panel.js';
import { theme } from '../../components/theme.js';
import { lossesOf, meanOf, middle } from './prediction-losses.js';

const t = await texts('tour');

const CURVE = 100; // points
const SMALLEST = 0.002; // p on the curve
const LONGEST = 12; // characters of what was read

class LossesPanel extends Panel {
  static heading = t('lossesPanel.heading');
  static about = t('lossesPanel.about');

  static properties = { facts: { attribute: false } };

  static styles = [Panel.styles, css`
    mg-chart { height: 240px; margin-bottom: var(--space-3); }
    td:nth-child(-n+2), th:nth-child(-n+2) { text-align: left; }
    td:nth-child(-n+2) { font-family: var(--mono); white-space: pre; }
    tr.example { box-shadow: inset 0 0 0 2px var(--data-2); }
    tfoot td { border-bottom: 0; font: 600 var(--text-s) var(--font) !important; }
    .rows { max-height: 520px; overflow: auto; }
    .empty { display: grid; place-items: center; min-height: 240px; color: var(--muted); }
  `];

  renderBody() {
    const { facts } = this;
    if (!facts?.trace) {
      return html`<p class="empty">${this.instead(t('lossesPanel.none'))}</p>`;
    }
    const losses = lossesOf(facts);
    const example = middle(facts);
    return html`
      <mg-chart .option=${this.#option(losses)}
        label=${t('lossesPanel.chart', { number: losses.length })}></mg-chart>
      <div class="rows" tabindex="0" role="region" aria-label=${t('lossesPanel.region', { number: losses.length })}>
        <table>
          <thead><tr><th scope="col">${t('lossesPanel.after')}</th><th scope="col">${t('columns.next')}</th><th scope="col">p</th><th scope="col">−ln p</th></tr></thead>
          <tbody>${losses.map(({ t: at, next, p, loss: value }) => html`
            <tr class=${at === example ? 'example' : ''}><td>${this.#read(at)}</td><td>${next}</td><td>${number(p, 4)}</td>
              <td>${loss(value)}</td></tr>`)}</tbody>
          <tfoot><tr><td>${t('lossesPanel.mean')}</td><td></td><td></td><td>${losses.length > 0 ? loss(meanOf(losses)) : nothing}</td></tr></tfoot>
        </table>
      </div>`;
  }

  #read(position) {
    const read = this.facts.positions.slice(1, position + 1).map((each) => each.read);
    return position === 0 ? BOS : (read.length > LONGEST ? ['…', ...read.slice(-LONGEST)] : read).join('');
  }

  #option(losses) {
    const curve = Array.from({ length: CURVE + 1 }, (_, i) => SMALLEST ** (1 - i / CURVE)).map((p) => [p, -Math.log(p)]);
    return {
      grid: { left: 58, right: 16, top: 28, bottom: 36 },
      xAxis: axis({ type: 'value', min: 0, max: 1, name: t('lossesPanel.p'), nameLocation: 'middle', nameGap: 24 }),
      yAxis: axis({ type: 'value', min: 0, ...namedAlong(t('lossesPanel.loss'), 58) }),
      tooltip: tooltip({ trigger: 'item', formatter: ({ data }) => data[2] === undefined ? '' : t('lossesPanel.tip', { token: inWords(data[2]), p: number(data[0]), loss: loss(data[1]) }) }),
      series: [
        { id: 'curve', type: 'line', data: curve, showSymbol: false, silent: true, lineStyle: { color: theme.colour('--data-1'), width: 2 } },
        {
          id: 'predictions', type: 'scatter', symbolSize: 9, itemStyle: { color: theme.colour('--data-2') },
          data: losses.map(({ p, loss: value, next }) => [p, value, next]),
          label: { show: losses.length <= 30, formatter: ({ data }) => data[2], position: 'right', color: theme.colour('--ink'), fontFamily: 'monospace', fontSize: 12 },
          labelLayout: { hideOverlap: true },
        },
      ],
    };
  }

  legend() {
    return [{ label: '−ln p', kind: 'line', colour: '--data-1' },
      { label: t('lossesPanel.predictions', { text: this.facts.doc }), kind: 'dot', colour: '--data-2' }];
  }

  table() {
    const { facts } = this;
    return facts?.trace ? {
      columns: ['position', 'next', 'p', 'loss'].map((name) => t(`columns.${name}`)),
      rows: lossesOf(facts).map(({ t: at, next, p, loss: value }) => [at, next, p, value]),
    } : null;
  }
}

customElements.define('mg-tour-losses', LossesPanel);
