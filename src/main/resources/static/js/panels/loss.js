// The course of the loss: mean, band from minimum to maximum, a moving average, and what happened when.
// Zoomed in, it asks the server for that range again, so that it shows every step at last.

import { css, html, nothing } from 'lit';

import { axis, tooltip } from '../chart.js'; // and <mg-chart>
import { compact, count, loss, number } from '../format.js';
import { movingAverage } from '../losses.js';
import { Panel } from '../panel.js';
import { theme } from '../theme.js';

const POINTS = 600; // about what a screen can tell apart
const SETTLED = 150; // ms after the last turn of the wheel
const SPANS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]; // of the average, in steps

class LossPanel extends Panel {
  static heading = 'Loss';
  static about = 'Mean cross-entropy in nats, before each update. The band goes from the lowest to the highest loss '
    + 'of the steps that share a point. Drag the ends of the bar below to zoom.';

  static properties = {
    span: { state: true }, // of the moving average
    logSteps: { state: true },
    logLoss: { state: true },
    allSpikes: { state: true }, // whether the chart is as high as the highest loss
    range: { state: true }, // {from, to} while zoomed; null
    closeUp: { state: true }, // the points of that range, from the server
  };

  static styles = [Panel.styles, css`
    .average input { width: 110px; }
    .average output { min-width: 8ch; }
    .content { display: flex; flex-direction: column; }
    mg-chart { flex: 1; height: auto; min-height: 340px; }
    .legend { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); margin-bottom: var(--space-1); font-size: var(--text-s); color: var(--muted); }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend i { width: 16px; height: 3px; border-radius: 2px; background: var(--data-1); opacity: 0.55; }
    .legend .band { height: 10px; opacity: 0.22; }
    .legend .ema { background: var(--data-2); opacity: 1; }
    .legend .uniform { height: 0; border-top: 2px dashed var(--data-6); background: none; opacity: 1; }
    .legend strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; height: 340px; color: var(--muted); }
    @media (max-width: 600px) { mg-chart { min-height: 280px; } .empty { height: 280px; } }
  `];

  #timer = null;
  #asked = null; // the call under way for a close-up

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    const from = Number(query.get('from'));
    const to = Number(query.get('to'));
    this.span = SPANS.includes(Number(query.get('ema'))) ? Number(query.get('ema')) : 100;
    this.logSteps = query.get('log')?.includes('x') ?? false;
    this.logLoss = query.get('log')?.includes('y') ?? false;
    this.allSpikes = query.has('spikes');
    this.range = from >= 1 && to > from ? { from, to } : null;
    this.closeUp = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  willUpdate(changed) {
    if (this.live === undefined) {
      return;
    }
    const { lastStep } = this.live.losses;
    if (this.range !== null && this.range.from >= lastStep) {
      this.#zoom(null); // started anew
    }
    if (changed.has('range') || (this.range !== null && this.closeUp === null && this.#asked === null)) {
      this.#lookCloser();
    }
  }

  #show() {
    const query = new URLSearchParams(location.search);
    const log = (this.logSteps ? 'x' : '') + (this.logLoss ? 'y' : '');
    const wanted = {
      ema: this.span === 100 ? '' : this.span,
      log,
      spikes: this.allSpikes ? 1 : '',
      from: this.range?.from ?? '',
      to: this.range?.to ?? '',
    };
    for (const [name, value] of Object.entries(wanted)) {
      if (value === '') {
        query.delete(name);
      } else {
        query.set(name, value);
      }
    }
    history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
  }

  #zoom(range) {
    this.range = range;
    this.closeUp = null;
    this.#asked?.abort();
    this.#asked = null;
    this.#show();
  }

  /** Asks for the losses of the range that is zoomed into. */
  async #lookCloser() {
    const { range } = this;
    if (range === null) {
      return;
    }
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const query = { ...range, to: Math.min(range.to, this.live.losses.lastStep), maxPoints: POINTS };
    const reply = await this.run(this.live.api.losses(this.live.name, query, asked.signal));
    if (this.range === range && reply !== undefined) {
      this.closeUp = reply.buckets;
    }
  }

  #zoomed = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const [{ startValue, endValue }] = this.renderRoot.querySelector('mg-chart').chart.getOption().dataZoom;
      const { lastStep } = this.live.losses;
      const from = Math.max(1, Math.floor(startValue));
      const to = Math.min(lastStep, Math.ceil(endValue));
      const isAll = from <= 1 && to >= lastStep;
      if (isAll ? this.range !== null : from !== this.range?.from || to !== this.range?.to) {
        this.#zoom(isAll || to <= from ? null : { from, to });
      }
    }, SETTLED);
  };

  #ready = (event) => event.target.chart.on('datazoom', this.#zoomed);

  get #points() {
    return this.closeUp ?? this.live.losses.points(POINTS, this.range ?? {}, this.logSteps);
  }

  renderControls() {
    const toggle = (name, label) => html`
      <label><input type="checkbox" .checked=${this[name]}
        @change=${(event) => { this[name] = event.target.checked; this.#show(); }}>${label}</label>`;
    return html`
        <label class="average">Average over
          <input type="range" min="0" max=${SPANS.length - 1} .value=${String(SPANS.indexOf(this.span))}
            aria-valuetext="${this.span} steps"
            @input=${(event) => { this.span = SPANS[event.target.value]; this.#show(); }}>
          <output class="number">${compact(this.span)} ${this.span === 1 ? 'step' : 'steps'}</output>
        </label>
        ${toggle('logSteps', 'log steps')} ${toggle('logLoss', 'log loss')}
        ${toggle('allSpikes', 'all spikes')}
        ${this.range ? html`<button @click=${() => this.#zoom(null)}>All steps</button>` : nothing}`;
  }

  renderBody() {
    if (this.live.losses.size === 0) {
      return html`<p class="empty">No step has been trained yet.</p>`;
    }
    const points = this.#points;
    const average = movingAverage(points, this.span);
    const { vocabSize } = this.view;
    return html`
      <p class="legend">
        <span><i></i>mean</span>
        <span><i class="band"></i>lowest to highest</span>
        <span><i class="ema"></i>average <strong>${loss(average.at(-1))}</strong></span>
        ${vocabSize ? html`<span><i class="uniform"></i>knows nothing: ln ${vocabSize} = ${Math.log(vocabSize).toFixed(2)}</span>` : nothing}
      </p>
      <mg-chart @ready=${this.#ready} .option=${this.#option(points, average)} label=${this.#inWords(points)}></mg-chart>`;
  }

  #inWords(points) {
    if (points.length === 0) {
      return 'No losses';
    }
    const first = points[0];
    const last = points.at(-1);
    return `Loss of the steps ${count(first.from)} to ${count(last.to)}: from ${loss(first.mean)} to ${loss(last.mean)}. `
      + 'The menu of this panel shows it as a table.';
  }

  #option(points, average) {
    const { lastStep } = this.live.losses;
    const middle = ({ from, to }) => (from + to) / 2;
    const line = { type: 'line', showSymbol: points.length < 3, symbolSize: 5, animation: false };
    const { vocabSize } = this.view;
    const all = { min: 1, max: Math.max(2, lastStep) };
    const shown = this.range ?? { from: all.min, to: all.max };
    return {
      grid: { left: 44, right: 20, top: 24, bottom: 74 },
      tooltip: tooltip({
        trigger: 'axis',
        axisPointer: { lineStyle: { color: theme.colour('--edge') } },
        formatter: (items) => this.#tip(points, average, items),
      }),
      xAxis: axis({
        id: 'steps', type: this.logSteps ? 'log' : 'value', ...all, name: 'step', nameLocation: 'middle', nameGap: 24,
        splitLine: { show: false },
        axisLabel: { color: theme.colour('--muted'), fontSize: 11, hideOverlap: true, formatter: compact },
      }),
      yAxis: axis({
        id: 'loss', type: this.logLoss ? 'log' : 'value', scale: true, max: this.allSpikes ? null : this.#height(points),
        axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: (value) => number(value) },
      }),
      dataZoom: [
        {
          id: 'bar', type: 'slider', xAxisIndex: 0, filterMode: 'none', bottom: 8, height: 22,
          startValue: shown.from, endValue: shown.to, minValueSpan: 5, realtime: true, showDetail: false, brushSelect: false,
          borderColor: theme.colour('--line'), fillerColor: theme.colour('--accent-soft'),
          handleStyle: { color: theme.colour('--surface'), borderColor: theme.colour('--edge') },
          moveHandleStyle: { color: theme.colour('--line') },
          dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
          selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
        },
        {
          id: 'wheel', type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false,
          startValue: shown.from, endValue: shown.to, minValueSpan: 5,
        },
      ],
      series: [
        {
          id: 'band', type: 'custom', silent: true, clip: true, animation: false,
          data: points.map((point) => [middle(point), point.min, point.max]),
          encode: { x: 0, y: [1, 2] },
          renderItem: (params, chart) => params.dataIndexInside > 0 ? null : {
            type: 'polygon',
            shape: {
              points: [...points.map((point) => chart.coord([middle(point), point.max])),
                ...points.toReversed().map((point) => chart.coord([middle(point), point.min]))],
            },
            style: { fill: theme.colour('--data-1'), opacity: 0.2 },
          },
        },
        {
          ...line, id: 'mean', data: points.map((point) => [middle(point), point.mean]),
          lineStyle: { width: 1, opacity: 0.55 }, color: theme.colour('--data-1'),
          markLine: this.#marks(),
        },
        {
          ...line, id: 'average', data: points.map((point, i) => [middle(point), average[i]]),
          lineStyle: { width: 2.2 }, color: theme.colour('--data-2'), z: 3,
        },
        ...(vocabSize ? [{
          ...line, id: 'uniform', silent: true, showSymbol: false,
          data: [[all.min, Math.log(vocabSize)], [all.max, Math.log(vocabSize)]],
          lineStyle: { width: 1.2, type: 'dashed' }, color: theme.colour('--data-6'), tooltip: { show: false },
        }] : []),
      ],
    };
  }

  /** So high that all means and the usual band are in the picture: a few spikes would flatten the rest. */
  #height(points) {
    const usual = points.map(({ max }) => max).sort((a, b) => a - b)[Math.floor(points.length / 2)] ?? 1;
    const limit = Math.max(usual, ...points.map(({ mean }) => mean), Math.log(this.view.vocabSize ?? 1)) * 1.03;
    const unit = 10 ** Math.floor(Math.log10(limit)) / 2;
    return Math.ceil(limit / unit) * unit;
  }

  #tip(points, average, items) {
    const index = items.find(({ seriesId }) => seriesId === 'mean')?.dataIndex;
    const point = points[index];
    if (point === undefined) {
      return '';
    }
    const { from, to, min, mean, max } = point;
    return from === to
      ? `step ${count(from)}\nloss ${loss(mean)}\naverage ${loss(average[index])}`
      : `steps ${count(from)} to ${count(to)}\nmean ${loss(mean)}\nlowest ${loss(min)}, highest ${loss(max)}\naverage ${loss(average[index])}`;
  }

  /** What happened, as vertical lines: steering and forks with words, runs without. */
  #marks() {
    const colour = theme.colour('--muted');
    const data = this.live.events.filter(({ step, kind }) => step > 0 && kind !== 'succeeded').map((event) => ({
      xAxis: event.step,
      label: { show: inWords(event) !== '', formatter: inWords(event) },
      lineStyle: { opacity: inWords(event) === '' ? 0.35 : 1 },
    }));
    if (this.at !== null) {
      data.push({ xAxis: this.at, label: { show: true, formatter: `step ${count(this.at)}` }, lineStyle: { type: 'solid', width: 2, opacity: 1 } });
    }
    return {
      silent: true, animation: false, symbol: 'none', data,
      lineStyle: { color: colour, type: 'dotted', width: 1 },
      label: { color: colour, fontSize: 11, position: 'end', distance: 3 },
    };
  }

  table() {
    const points = this.#points;
    const average = movingAverage(points, this.span);
    return {
      columns: ['from step', 'to step', 'lowest', 'mean', 'highest', `average over ${this.span}`],
      rows: points.map(({ from, to, min, mean, max }, i) => [from, to, ...[min, mean, max, average[i]].map(loss)]),
    };
  }
}

function inWords({ kind, steering }) {
  if (kind === 'steered') {
    const { learningRate, numSteps, batchSize } = steering;
    return [learningRate && `rate ${number(learningRate)}`, numSteps && `horizon ${compact(numSteps)}`,
      batchSize && `batch ${batchSize}`].filter(Boolean).join(', ');
  }
  return kind === 'forked' || kind === 'failed' ? kind : '';
}

customElements.define('mg-loss-panel', LossPanel);
