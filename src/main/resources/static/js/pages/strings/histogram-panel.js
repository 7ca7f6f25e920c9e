// The panel that shows how many texts of a ranked list have how many bits per character.

import { css, html } from 'lit';

import { fixed, number, plural } from '../../data/format.js';
import { texts } from '../../data/texts.js';
import { axis, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { Panel } from '../../components/panel.js';
import { theme } from '../../components/theme.js';

const t = await texts('strings');

class HistogramPanel extends Panel {
  static heading = t('bitsPerCharacter');
  static about = t('histogramAbout');

  static properties = { bars: { attribute: false } }; // as data/histogram.js returns them

  static styles = [Panel.styles, css`mg-chart { height: 180px; }`];

  renderBody() {
    return html`<mg-chart label=${t('histogram')} .option=${this.#option}></mg-chart>`;
  }

  get #digits() {
    return Math.max(0, -Math.floor(Math.log10(this.bars.width)));
  }

  get #option() {
    const { from, width, counts } = this.bars;
    const digits = this.#digits;
    const range = (i) => ({ from: fixed(from + i * width, digits), to: fixed(from + (i + 1) * width, digits) });
    return {
      grid: { left: 52, right: 12, top: 10, bottom: 26 },
      xAxis: axis({
        type: 'value', min: from, max: from + counts.length * width, splitLine: { show: false },
        axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: (value) => number(value, digits + 3) },
      }),
      yAxis: axis({ type: 'value', minInterval: 1 }),
      tooltip: tooltip({ trigger: 'item', formatter: ({ dataIndex, value }) => t('binTip', { ...range(dataIndex), texts: plural(value[1], 'text') }) }),
      series: [{
        type: 'bar', barWidth: '92%', itemStyle: { color: theme.colour('--data-1') },
        data: counts.map((texts, i) => [from + (i + 0.5) * width, texts]),
      }],
    };
  }

  legend() {
    return [{ label: t('histogramLegend'), kind: 'text' }];
  }

  table() {
    const { from, width, counts } = this.bars;
    return { columns: ['from', 'to', 'texts'].map((name) => t(`histogramColumns.${name}`)), rows: counts.map((texts, i) => [from + i * width, from + (i + 1) * width, texts]) };
  }
}

customElements.define('mg-strings-histogram', HistogramPanel);
