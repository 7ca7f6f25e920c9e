// The panel that shows each trial of a sweep as a line across parallel axes: one for each option that varies, and the
// validation loss.

import { css, html } from 'lit';

import { loss, number } from '../../data/format.js';
import { variedInWords, variedLabel, variedValue } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';
import { tooltip } from '../../components/chart.js'; // and <mg-chart>
import { Panel } from '../../components/panel.js';
import { ResizeController } from '../../components/resize-controller.js';
import { theme } from '../../components/theme.js';

const t = await texts('sweep');

const WIDE = 20; // ratio of the largest to the smallest value from which an axis is logarithmic
const MOST_LABELS = 8; // values that have a label each
const COLOURS = ['--ramp-5', '--ramp-4', '--ramp-3', '--ramp-2', '--ramp-1']; // from the lowest loss to the highest
const MARGINS = { left: 56, right: 64 }; // px beside the axes
const NARROW = 120; // px between two axes: below, their names stand on two lines
const SINGLE = 0.05; // of a single value: the margin of its axis

class OptionsPanel extends Panel {
  static heading = t('options.heading');
  static about = t('options.about');

  static styles = [Panel.styles, css`
    mg-chart { height: 340px; }
    .empty { display: grid; place-items: center; height: 340px; color: var(--muted); }
  `];

  #sizes = new ResizeController(this, () => this.requestUpdate());

  /** The trials with a loss, the worst first, so that the best are drawn last. */
  get #trials() {
    return this.live.sweep.trials.filter(({ rank }) => rank !== undefined).toSorted((a, b) => b.rank - a.rank);
  }

  renderBody() {
    const trials = this.#trials;
    return trials.length === 0 ? html`<p class="empty">${t('options.none')}</p>`
      : html`<mg-chart .option=${this.#option(trials)} label=${this.#inWords(trials)}></mg-chart>`;
  }

  #inWords(trials) {
    const best = trials.at(-1);
    return t('options.chart', { trials: trials.length, loss: loss(best.validationLoss), options: variedInWords(best.options) });
  }

  #option(trials) {
    const { varied } = this.live.sweep;
    const axes = varied.map((name) => axisOf(name, trials.map(({ options }) => options[name])));
    const losses = trials.map(({ validationLoss }) => validationLoss);
    const finest = losses.filter(Number.isFinite);
    const [low, high] = [Math.min(...finest), Math.max(...finest)];
    const muted = { color: theme.colour('--muted'), fontSize: 11, backgroundColor: theme.colour('--surface'), padding: [1, 3], borderRadius: 3 };
    const between = (this.clientWidth - MARGINS.left - MARGINS.right) / varied.length;
    const isNarrow = between < NARROW;
    const look = {
      nameTextStyle: { color: theme.colour('--ink'), fontSize: 11 }, nameTruncate: { maxWidth: Math.max(40, isNarrow ? 2 * between - 8 : between - 8) },
      axisLine: { lineStyle: { color: theme.colour('--edge') } }, axisTick: { lineStyle: { color: theme.colour('--edge') } },
    };
    const all = [...axes.map(({ axis }) => axis), valueAxis(t('validationLoss'), low, high, 'value')];
    return {
      grid: [],
      tooltip: tooltip({ trigger: 'item', formatter: ({ dataIndex }) => tip(trials[dataIndex]) }),
      parallel: { ...MARGINS, top: isNarrow ? 54 : 40, bottom: 24 },
      parallelAxis: all.map((axis, dim) => ({
        ...look, ...axis, dim, nameGap: isNarrow && dim % 2 === 1 ? 30 : 14, axisTick: { ...look.axisTick, ...axis.axisTick }, axisLabel: { ...muted, hideOverlap: true, ...axis.axisLabel },
      })),
      visualMap: {
        show: false, type: 'continuous', dimension: all.length - 1, min: low, max: high > low ? high : low + 1,
        inRange: { color: COLOURS.map((name) => theme.colour(name)) },
      },
      series: [{
        id: 'trials', type: 'parallel', animation: false, lineStyle: { width: 2, opacity: 0.9 },
        emphasis: { lineStyle: { width: 4 } },
        data: trials.map(({ options, validationLoss }) => [...axes.map(({ placeOf }, i) => placeOf(options[varied[i]])), validationLoss]),
      }],
    };
  }

  legend() {
    return [{ label: t('options.legend'), kind: 'text' }];
  }

  table() {
    const { varied } = this.live.sweep;
    return {
      columns: ['session', ...varied, 'validationLoss'],
      rows: this.#trials.toReversed().map(({ session, options, validationLoss }) =>
        [session, ...varied.map((name) => options[name]), validationLoss]),
    };
  }
}

/** The axis of an option, {axis, placeOf}: of numbers, or of names in the order of their first use. */
function axisOf(name, values) {
  const distinct = [...new Set(values)];
  if (!distinct.every((value) => typeof value === 'number')) {
    const names = distinct.map(String).sort();
    return { axis: { name: variedLabel(name), type: 'category', data: names }, placeOf: (value) => names.indexOf(String(value)) };
  }
  const sorted = distinct.sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  const type = low > 0 && high / low >= WIDE ? 'log' : 'value';
  const axis = valueAxis(variedLabel(name), low, high, type);
  const ticks = sorted.length <= MOST_LABELS ? sorted : undefined;
  return {
    axis: { ...axis, axisTick: { customValues: ticks }, axisLabel: { customValues: ticks, showMinLabel: ticks !== undefined, showMaxLabel: ticks !== undefined, formatter: (value) => variedValue(name, value) } },
    placeOf: (value) => value,
  };
}

function valueAxis(name, low, high, type) {
  const margin = low === high ? Math.abs(low) * SINGLE || 1 : 0;
  return { name, type, min: low - margin, max: high + margin, axisLabel: { showMinLabel: false, showMaxLabel: false, formatter: (value) => number(value, 4) } };
}

function tip({ session, rank, options, validationLoss }) {
  return [`${rank}  ${session}`, ...Object.entries(options).map(([name, value]) => `${variedLabel(name)}  ${variedValue(name, value)}`),
    `${t('validationLoss')}  ${loss(validationLoss)}`].join('\n');
}

customElements.define('mg-sweep-options', OptionsPanel);
