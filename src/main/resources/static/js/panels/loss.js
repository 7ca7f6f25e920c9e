// The panel of the loss curve: mean, band from minimum to maximum, moving average, baselines, learning rate and events.
// Zoomed in, it loads that range at a higher resolution, down to single steps. Zoomed to the newest steps, it follows
// them.

import { css, html, nothing } from 'lit';

import { compact, count, loss, number } from '../data/format.js';
import { learningRateOf, schedulePoints } from '../data/learning-rate.js';
import { movingAverage } from '../data/loss-store.js';
import { describeEvent, eventLabel } from '../data/session-events.js';
import { DEFAULT_SPAN, averagingControl, averagingStyles, spanInQuery } from '../components/averaging.js';
import { axis, tooltip } from '../components/chart.js'; // and <mg-chart>
import { Panel } from '../components/panel.js';
import { theme } from '../components/theme.js';
import { setQuery } from '../components/url-query.js';

const POINTS = 600; // about what a screen can resolve
const SETTLED = 150; // ms after the last change of the zoom
const FOLLOW_INTERVAL = 700; // ms between two requests for the newest steps
const MOST_MARKS = 200;

class LossPanel extends Panel {
  static heading = 'Loss';
  static about = 'Mean cross-entropy in nats, before each update. The band goes from the lowest to the highest loss '
    + 'of the steps that share a point. Drag the ends of the bar below to zoom. The baselines are the losses of '
    + 'the simplest models of the documents: uniform finds all characters equally likely, unigram knows how frequent '
    + 'each is, bigram how frequent it is after the previous one.';

  static properties = {
    span: { state: true }, // of the moving average
    logSteps: { state: true },
    logLoss: { state: true },
    allSpikes: { state: true }, // whether the chart extends to the highest loss
    showsRate: { state: true }, // the learning rate
    range: { state: true }, // {from, to} while zoomed; null
    last: { state: true }, // the number of newest steps that are shown while zoomed to them; null
    baselines: { state: true }, // {uniform, unigram, bigram}; null until they are loaded
    closeUp: { state: true }, // the points of the zoomed range, from the server
  };

  static styles = [Panel.styles, averagingStyles, css`
    .content { display: flex; flex-direction: column; }
    mg-chart { flex: 1; height: auto; min-height: 340px; }
    .legend { display: flex; flex-wrap: wrap; align-content: start; min-height: 44px; gap: var(--space-1) var(--space-4); margin-bottom: var(--space-1); font-size: var(--text-s); color: var(--muted); }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend i { width: 16px; height: 3px; border-radius: 2px; background: var(--data-1); opacity: 0.55; }
    .legend .band { height: 10px; opacity: 0.22; }
    .legend .ema { background: var(--data-2); opacity: 1; }
    .legend .base { height: 0; border-top: 2px dashed var(--data-6); background: none; opacity: 1; }
    .legend .viewed { width: 3px; height: 13px; background: var(--warn); opacity: 1; }
    .legend .rate { height: 2px; background: var(--data-3); opacity: 1; }
    .legend strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; height: 340px; color: var(--muted); }
    @media (max-width: 600px) { mg-chart { min-height: 280px; } .empty { height: 280px; } }
  `];

  #timer = null;
  #loading = null; // AbortController of the request for a close-up
  #loadedAt = -Infinity;
  #dragged = null; // the range while the user zooms
  #start = null; // of the parameters whose baselines are loaded

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    const from = Number(query.get('from'));
    const to = Number(query.get('to'));
    const last = Number(query.get('last'));
    this.span = spanInQuery();
    this.logSteps = query.get('log')?.includes('x') ?? false;
    this.logLoss = query.get('log')?.includes('y') ?? false;
    this.allSpikes = query.has('spikes');
    this.showsRate = query.get('rate') !== '0';
    this.range = from >= 1 && to > from ? { from, to } : null;
    this.last = this.range === null && Number.isInteger(last) && last > 0 ? last : null;
    this.closeUp = null;
    this.baselines = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#loading?.abort();
  }

  willUpdate() {
    if (this.live === undefined) {
      return;
    }
    const { lastStep } = this.live.losses;
    if (this.range !== null && this.range.from >= lastStep) {
      this.#zoom(null); // training has restarted
    }
    const isBehind = this.closeUp === null || (this.last !== null && (this.closeUp.at(-1)?.to ?? 0) < lastStep);
    const isDue = this.#loading === null && performance.now() - this.#loadedAt > FOLLOW_INTERVAL;
    if (this.#zoomed !== null && isBehind && isDue) {
      this.#loadCloseUp();
    }
    this.#loadBaselines();
  }

  /** Loads the baselines. They depend on the documents only, so they are valid until others are loaded. */
  async #loadBaselines() {
    const { createdAt, numDocs } = this.view;
    const loaded = this.live.events.findLast(({ kind }) => kind === 'loaded')?.at;
    const start = `${createdAt} ${loaded} ${numDocs}`;
    if (start !== this.#start && numDocs) {
      this.#start = start;
      this.baselines = null;
      try {
        const lines = await this.live.api.baselines(this.live.name);
        this.baselines = this.#start === start ? lines : this.baselines;
      } catch {
        this.#start = null; // retried with the next change
      }
    }
  }

  #updateUrl() {
    setQuery({
      ema: this.span === DEFAULT_SPAN ? null : this.span,
      log: (this.logSteps ? 'x' : '') + (this.logLoss ? 'y' : '') || null,
      spikes: this.allSpikes ? 1 : null,
      rate: this.showsRate ? null : 0,
      from: this.range?.from ?? null,
      to: this.range?.to ?? null,
      last: this.last,
    });
  }

  /** Zooms to a range, or to a number of newest steps; null for all steps. */
  #zoom(range, last = null) {
    this.range = range;
    this.last = last;
    this.closeUp = null;
    this.#loading?.abort();
    this.#loading = null;
    this.#loadedAt = -Infinity;
    this.#updateUrl();
  }

  /** The zoomed range {from, to}; null for all steps. */
  get #zoomed() {
    if (this.last === null) {
      return this.range;
    }
    const to = this.live.losses.lastStep;
    return { from: Math.max(1, to - this.last + 1), to };
  }

  /** Loads the losses of the zoomed range. */
  async #loadCloseUp() {
    const { from, to } = this.#zoomed;
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#loadedAt = performance.now();
    const query = { from, to: Math.min(to, this.live.losses.lastStep), maxPoints: POINTS };
    const reply = await this.run(this.live.api.losses(this.live.name, query, loading.signal));
    if (this.#loading === loading) {
      this.#loading = null;
      this.closeUp = reply?.buckets ?? this.closeUp;
    }
  }

  #zooms = () => {
    const { dataZoom: [{ startValue, endValue }], xAxis: [{ max }] } =
      this.renderRoot.querySelector('mg-chart').chart.getOption();
    this.#dragged = { from: startValue, to: endValue };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#dragged = null;
      const from = Math.max(1, Math.floor(startValue));
      const to = Math.min(max, Math.ceil(endValue));
      const now = this.#zoomed;
      if (to <= from || (from <= 1 && to >= max)) {
        this.#zoom(null);
      } else if (to >= max) {
        this.#zoom(null, to - from + 1);
      } else if (from !== now?.from || to !== now?.to) {
        this.#zoom({ from, to });
      }
    }, SETTLED);
  };

  #ready = (event) => event.target.chart.on('datazoom', this.#zooms);

  get #points() {
    const zoomed = this.#zoomed;
    const { losses } = this.live;
    if (this.closeUp === null || zoomed === null) {
      return losses.points(POINTS, zoomed ?? {}, this.logSteps);
    }
    // while it follows the newest steps, add those since the last request
    const end = this.closeUp.at(-1)?.to ?? 0;
    const newer = losses.points(POINTS, { from: end + 1, to: zoomed.to }).filter(({ from }) => from > end);
    return [...this.closeUp.filter(({ to }) => to >= zoomed.from), ...newer];
  }

  renderControls() {
    const toggle = (name, label) => html`
      <label><input type="checkbox" .checked=${this[name]}
        @change=${(event) => { this[name] = event.target.checked; this.#updateUrl(); }}>${label}</label>`;
    return html`
        ${averagingControl(this.span, (span) => { this.span = span; this.#updateUrl(); })}
        ${toggle('logSteps', 'log steps')} ${toggle('logLoss', 'log loss')}
        ${toggle('allSpikes', 'all spikes')} ${toggle('showsRate', 'learning rate')}
        ${this.#zoomed !== null ? html`<button @click=${() => this.#zoom(null)}>All steps</button>` : nothing}`;
  }

  renderBody() {
    if (this.live.losses.size === 0) {
      return html`<p class="empty">No step has been trained yet.</p>`;
    }
    const points = this.#points;
    const average = movingAverage(points, this.span);
    const base = Object.entries(this.#base).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', ');
    const rate = learningRateOf(this.live.losses.lastStep, this.live.schedule);
    return html`
      <p class="legend">
        <span><i></i>mean</span>
        <span><i class="band"></i>lowest to highest</span>
        <span><i class="ema"></i>average <strong>${loss(average.at(-1))}</strong></span>
        ${base ? html`<span><i class="base"></i>baselines: ${base}</span>` : nothing}
        ${this.showsRate && rate !== null ? html`<span><i class="rate"></i>learning rate <strong>${number(rate)}</strong></span>` : nothing}
        ${this.at !== null ? html`<span><i class="viewed"></i>step ${count(this.at)}</span>` : nothing}
        ${this.last !== null ? html`<span>follows the newest ${count(this.last)} steps</span>` : nothing}
      </p>
      <mg-chart @ready=${this.#ready} .option=${this.#option(points, average)} label=${this.#inWords(points)}></mg-chart>`;
  }

  /** The baselines by name; until they are loaded, only the one that needs no documents. */
  get #base() {
    const { vocabSize } = this.view;
    const { uniform = vocabSize ? Math.log(vocabSize) : null, unigram, bigram } = this.baselines ?? {};
    return Object.fromEntries(Object.entries({ uniform, unigram, bigram }).filter(([, value]) => Number.isFinite(value)));
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
    const all = { min: 1, max: Math.max(2, lastStep) };
    const shown = this.#dragged ?? this.#zoomed ?? { from: all.min, to: all.max };
    return {
      grid: { left: 44, right: this.showsRate ? 52 : 20, top: 24, bottom: 74 },
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
      yAxis: [
        axis({
          id: 'loss', type: this.logLoss ? 'log' : 'value', scale: true, max: this.allSpikes ? null : this.#height(points),
          axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: (value) => number(value) },
        }),
        axis({
          id: 'rate', show: this.showsRate, min: 0, splitNumber: 3, splitLine: { show: false },
          axisLabel: { color: theme.colour('--data-3'), fontSize: 11, formatter: (value) => number(value) },
        }),
      ],
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
        {
          id: 'base', type: 'line', silent: true, z: 4, data: [], animation: false, tooltip: { show: false },
          markLine: this.#baseMarks(),
        },
        ...(this.showsRate ? [{
          ...line, id: 'rate', yAxisIndex: 1, silent: true, showSymbol: false, tooltip: { show: false }, sampling: 'lttb',
          data: schedulePoints(this.live.schedule, lastStep, this.logSteps),
          lineStyle: { width: 1.2 }, color: theme.colour('--data-3'),
        }] : []),
      ],
    };
  }

  /** The upper limit of the chart: all means and half of the maxima fit, but not the spikes, which would flatten the rest. */
  #height(points) {
    const usual = points.map(({ max }) => max).sort((a, b) => a - b)[Math.floor(points.length / 2)] ?? 1;
    const base = this.#zoomed === null ? Object.values(this.#base) : [];
    const limit = Math.max(usual, ...points.map(({ mean }) => mean), ...base) * 1.03;
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
    const rate = learningRateOf(to, this.live.schedule);
    return [
      ...(from === to ? [`step ${count(from)}`, `loss ${loss(mean)}`]
        : [`steps ${count(from)} to ${count(to)}`, `mean ${loss(mean)}`, `lowest ${loss(min)}, highest ${loss(max)}`]),
      `average ${loss(average[index])}`,
      ...(rate === null ? [] : [`learning rate ${number(rate)}`]),
      ...this.live.events.filter(({ step }) => step >= from && step <= to).slice(0, 5).map(describeEvent),
    ].join('\n');
  }

  #baseMarks() {
    const colour = theme.colour('--data-6');
    return {
      silent: true, animation: false, symbol: 'none',
      data: Object.entries(this.#base).map(([name, value]) => ({ yAxis: value, name })),
      lineStyle: { color: colour, type: 'dashed', width: 1.2 },
      label: {
        color: colour, fontSize: 11, position: 'insideEndTop', formatter: ({ name }) => name,
        backgroundColor: theme.colour('--surface'), padding: [1, 3], borderRadius: 3, distance: 3,
      },
    };
  }

  /** Vertical lines for the events: steering and forks with labels, runs without. */
  #marks() {
    const colour = theme.colour('--muted');
    const events = this.live.events.filter(({ step, kind }) => step > 0 && kind !== 'succeeded');
    const { from, to } = this.#zoomed ?? { from: 1, to: this.live.losses.lastStep };
    const centre = (from + to) / 2;
    const data = events.slice(-MOST_MARKS).map((event) => ({
      xAxis: event.step,
      label: {
        show: eventLabel(event) !== '', formatter: eventLabel(event), align: event.step < centre ? 'left' : 'right',
      },
      lineStyle: { opacity: eventLabel(event) === '' ? 0.35 : 1 },
    }));
    if (this.at !== null) {
      const warn = theme.colour('--warn');
      data.push({
        xAxis: Math.max(1, this.at), // the chart begins at the first step
        label: { show: false },
        lineStyle: { type: 'solid', width: 2, opacity: 1, color: warn },
      });
    }
    return {
      silent: true, animation: false, symbol: 'none', data,
      lineStyle: { color: colour, type: 'dotted', width: 1 },
      label: { color: colour, fontSize: 11, position: 'end', distance: 3 },
    };
  }

  table() {
    const panel = this;
    return {
      columns: ['from step', 'to step', 'lowest', 'mean', 'highest', `average over ${this.span}`, 'learning rate'],
      get rows() { // computed only when needed
        const points = panel.#points;
        const average = movingAverage(points, panel.span);
        return points.map(({ from, to, min, mean, max }, i) =>
          [from, to, ...[min, mean, max, average[i]].map(loss), number(learningRateOf(to, panel.live.schedule) ?? NaN)]);
      },
    };
  }
}

customElements.define('mg-loss-panel', LossPanel);
