// The panel of the loss curve, which components/loss-chart.js draws. Zoomed in, it loads that range at a higher
// resolution, down to single steps. Zoomed to the newest steps, it follows them.

import { css, html, nothing } from 'lit';

import { count, fixed, loss, number } from '../data/format.js';
import { learningRateOf } from '../data/learning-rate.js';
import { fallsEarly, lossRange, spikesOf } from '../data/loss-range.js';
import { movingAverage } from '../data/loss-store.js';
import { describeEvent, loadedAt } from '../data/session-events.js';
import { texts } from '../data/texts.js';
import { DEFAULT_SPAN, averagingControl, averagingStyles, spanInQuery } from '../components/averaging.js';
import '../components/chart.js';
import { lossChart } from '../components/loss-chart.js';
import { Panel } from '../components/panel.js';
import { placePopover } from '../components/place-popover.js';
import { remember, remembered } from '../components/remembered.js';
import { textScale } from '../components/text-scale.js';
import { setQuery } from '../components/url-query.js';

const t = await texts('panels');

const POINTS = 600; // about what a screen can resolve
const SETTLED = 150; // ms after the last change of the zoom
const FOLLOW_INTERVAL = 700; // ms between two requests for the newest steps
const EARLY_STEPS = [1000, 100_000]; // the ends of the ranges that a logarithmic axis shows in more detail
const EARLY_POINTS = 200; // of each
const MOST_SPIKES = 20; // in the list
const LOG_CHOICES = { on: true, off: false };
const LOG_STEPS = 'loss.log-steps'; // the remembered setting

class LossPanel extends Panel {
  static heading = t('loss.heading');
  static about = t('loss.about');

  static properties = {
    span: { state: true }, // of the moving average
    logChoice: { state: true }, // whether the step axis is logarithmic; null for where it helps
    logLoss: { state: true },
    allSpikes: { state: true }, // whether the chart extends to the highest loss
    showsRate: { state: true }, // the learning rate
    range: { state: true }, // {from, to} while zoomed; null
    last: { state: true }, // the number of newest steps that are shown while zoomed to them; null
    baselines: { state: true }, // {uniform, unigram, bigram}; null until they are loaded
    closeUp: { state: true }, // the points of the zoomed range, from the server
    overfitSince: { state: true }, // see GET validation; null
    early: { state: true }, // the points of the first steps in more detail than the store has, from the server
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
    .legend .validation { height: 0; border-top: 3px dashed var(--data-4); background: none; opacity: 1; }
    .legend .viewed { width: 3px; height: 13px; background: var(--warn); opacity: 1; }
    .spikes { min-height: 24px; padding: 0 var(--space-1); font-weight: 400; }
    #spikes { inset: auto; position: fixed; width: 220px; max-height: min(320px, 100dvh - 2 * var(--space-2)); margin: 0; padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised); color: var(--ink); }
    .legend .rate { height: 2px; background: var(--data-3); opacity: 1; }
    .as-of { min-width: 18ch; color: var(--warn); font-variant-numeric: tabular-nums; }
    .legend .as-of.live { visibility: hidden; } /* it keeps its room, so that nothing moves when a step is held */
    .legend .average { min-width: 6ch; }
    .legend .rate-now { min-width: 9ch; }
    .legend strong { display: inline-block; color: var(--ink); font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; height: 340px; color: var(--muted); }
    @container (max-width: 900px) {
      .controls { order: 1; flex-basis: 100%; padding-right: var(--space-2); }
      .average input { width: 84px; } /* all controls fit into one line beside another panel */
    }
    @media (max-width: 600px) { mg-chart { min-height: 280px; } .empty { height: 280px; } }
  `];

  #timer = null;
  #loading = null; // AbortController of the request for a close-up
  #loadedAt = -Infinity;
  #followTimer = null;
  #dragged = null; // the range while the user zooms
  #start = null; // of the parameters whose baselines are loaded
  #earlyStart = null; // of those whose early losses are loaded
  #validatedUpTo = -1; // the step of the newest validation loss when `overfitSince` was loaded
  #fallsEarly = false; // whether a logarithmic step axis shows the fall of the loss better

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    const from = Number(query.get('from'));
    const to = Number(query.get('to'));
    const last = Number(query.get('last'));
    this.span = spanInQuery();
    this.logChoice = query.get('log')?.includes('x') ?? LOG_CHOICES[remembered(LOG_STEPS)] ?? null;
    this.logLoss = query.get('log')?.includes('y') ?? false;
    this.allSpikes = query.has('spikes');
    this.showsRate = query.get('rate') !== '0';
    this.range = from >= 1 && to > from ? { from, to } : null;
    this.last = this.range === null && Number.isInteger(last) && last > 0 ? last : null;
    this.closeUp = null;
    if (this.logChoice !== null) {
      this.#updateUrl(); // the choice may be a remembered one, which a link has to hold
    }
    this.early = [];
    this.baselines = null;
    this.overfitSince = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    clearTimeout(this.#followTimer);
    this.#followTimer = null;
    this.#loading?.abort();
  }

  willUpdate() {
    if (this.live === undefined) {
      return;
    }
    const { lastStep } = this.live.losses;
    this.#fallsEarly = this.logChoice === null && this.#computeFallsEarly();
    if (this.range !== null && this.range.from >= lastStep) {
      this.#zoom(null); // training has restarted
    }
    const isBehind = this.closeUp === null || (this.last !== null && (this.closeUp.at(-1)?.to ?? 0) < lastStep);
    if (this.#zoomed !== null && isBehind && this.#loading === null) {
      const wait = this.#loadedAt + FOLLOW_INTERVAL - performance.now();
      if (wait <= 0) {
        this.#loadCloseUp();
      } else {
        this.#followTimer ??= setTimeout(() => {
          this.#followTimer = null;
          this.requestUpdate();
        }, wait);
      }
    }
    this.#loadBaselines();
    this.#loadEarly();
    this.#loadOverfit();
  }

  async #loadOverfit() {
    const newest = this.live.validation.at(-1)?.step ?? -1;
    if (newest === this.#validatedUpTo) {
      return;
    }
    this.#validatedUpTo = newest;
    const reply = newest < 0 ? null : await this.run(this.live.api.validation(this.live.name));
    if (this.#validatedUpTo === newest) {
      this.overfitSince = reply?.overfitSince ?? null;
    }
  }

  /** The validation losses up to a step. */
  #validationUpTo(step) {
    return this.live.validation.filter((each) => each.step <= step);
  }

  /** The losses are always those up to the newest step. */
  get step() {
    return this.view.step;
  }

  /** What is different after a restart. */
  get #startOfTraining() {
    const { createdAt, numDocs, continuations } = this.view;
    return `${createdAt} ${loadedAt(this.live.events)} ${numDocs} ${continuations}`;
  }

  /** Loads the first steps for a logarithmic axis, once the store has merged them. */
  async #loadEarly() {
    const start = this.#startOfTraining;
    const [first] = this.live.losses.points(Infinity);
    if (!this.logSteps || start === this.#earlyStart || first === undefined || first.from === first.to) {
      return;
    }
    this.#earlyStart = start;
    const ranges = EARLY_STEPS.map((to, i) => ({ from: (EARLY_STEPS[i - 1] ?? 0) + 1, to }))
      .filter(({ to }) => to < this.live.losses.lastStep);
    const replies = await this.run(Promise.all(
      ranges.map((range) => this.live.api.losses(this.live.name, { ...range, maxPoints: EARLY_POINTS }))));
    if (start === this.#startOfTraining) {
      this.early = replies?.flatMap(({ buckets }) => buckets) ?? [];
    }
  }

  /** Loads the baselines. They depend on the documents only, so they are valid until others are loaded. */
  async #loadBaselines() {
    const start = this.#startOfTraining;
    if (start !== this.#start && this.view.numDocs) {
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
      log: this.logChoice === null && !this.logLoss ? null : (this.logSteps ? 'x' : '') + (this.logLoss ? 'y' : ''),
      spikes: this.allSpikes ? 1 : null,
      rate: this.showsRate ? null : 0,
      from: this.range?.from ?? null,
      to: this.range?.to ?? null,
      last: this.last,
    });
  }

  /** Whether the step axis is logarithmic: as chosen, or else if that shows the fall of the loss better. */
  get logSteps() {
    return this.logChoice ?? (this.#zoomed === null && this.#fallsEarly);
  }

  #computeFallsEarly() {
    const points = this.live.losses.points(POINTS);
    return fallsEarly(points, movingAverage(points, this.span, this.live.losses.finest), Math.log(this.view.vocabSize));
  }

  #chooseLogSteps(isChosen) {
    this.logChoice = isChosen;
    remember(LOG_STEPS, isChosen ? 'on' : 'off');
    this.#updateUrl();
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

  /** The losses that were requested for what is shown: finer than those of the store; empty if there are none. */
  get #details() {
    if (this.#zoomed !== null) {
      return this.closeUp ?? [];
    }
    return this.logSteps && this.#earlyStart === this.#startOfTraining ? this.early : [];
  }

  get #points() {
    const zoomed = this.#zoomed ?? { from: 1, to: Infinity };
    const details = this.#details;
    const end = details.at(-1)?.to ?? 0;
    // while it follows the newest steps, add those since the last request
    const newer = this.live.losses.points(POINTS, { ...zoomed, from: Math.max(end + 1, zoomed.from) }, this.logSteps);
    return [...details.filter(({ to }) => to >= zoomed.from), ...newer.filter(({ from }) => from > end)];
  }

  /** The moving average at each point, from the losses as finely as they are known: in the store, or as details. */
  #averageAt(points) {
    const details = this.#details;
    const start = details[0]?.from ?? Infinity;
    const end = details.at(-1)?.to ?? Infinity;
    const { finest } = this.live.losses;
    const isFiner = details.length > finest.filter(({ from, to }) => to >= start && from <= end).length;
    const losses = !isFiner ? finest
      : [...finest.filter(({ to }) => to < start), ...details, ...finest.filter(({ from }) => from > end)];
    return movingAverage(points, this.span, losses);
  }

  renderControls() {
    const toggle = (name, label) => html`
      <label><input type="checkbox" .checked=${this[name]}
        @change=${(event) => { this[name] = event.target.checked; this.#updateUrl(); }}>${label}</label>`;
    if (this.live === undefined) {
      return nothing;
    }
    return html`
        ${averagingControl(this.span, (span) => { this.span = span; this.#updateUrl(); })}
        <label><input type="checkbox" .checked=${this.logSteps}
          @change=${(event) => this.#chooseLogSteps(event.target.checked)}>${t('logSteps')}</label> ${toggle('logLoss', t('loss.logLoss'))}
        ${toggle('allSpikes', t('loss.allSpikes'))} ${toggle('showsRate', t('columns.learningRate'))}
        ${this.#zoomed !== null ? html`<button @click=${() => this.#zoom(null)}>${t('loss.allSteps')}</button>` : nothing}`;
  }

  renderBody() {
    if (this.live.losses.size === 0) {
      return html`<p class="empty">${t('untrained')}</p>`;
    }
    const points = this.#points;
    const average = this.#averageAt(points);
    const range = this.#rangeOf(points);
    const spikes = this.allSpikes ? [] : spikesOf(points, range);
    const base = this.#baseInWords;
    const rate = learningRateOf(this.at ?? this.live.losses.lastStep, this.live.schedule);
    return html`
      <div class="legend">
        <span><i></i>${t('loss.mean')}</span>
        <span><i class="band"></i>${t('loss.band')}</span>
        <span><i class="ema"></i>${t('loss.average')} <strong class="average">${loss(this.at === null ? average.at(-1) : this.#averageAt([{ to: this.at }])[0])}</strong></span>
        ${this.live.validation.length === 0 ? nothing : html`<span><i class="validation"></i>${t('loss.validation')}
          <strong class="average">${loss(this.#validationUpTo(this.at ?? Infinity).at(-1)?.loss)}</strong></span>`}
        ${base ? html`<span><i class="base"></i>${t('loss.baselines', { baselines: base })}</span>` : nothing}
        ${this.showsRate && this.live.schedule.length > 0 ? html`<span><i class="rate"></i>${t('columns.learningRate')} <strong class="rate-now">${rate === null ? '–' : number(rate)}</strong></span>` : nothing}
        ${spikes.length > 0 ? this.#spikes(spikes) : nothing}
        <span class="as-of ${this.at === null ? 'live' : ''}"><i class="viewed"></i>${t('loss.asOf', { step: this.at ?? this.live.losses.lastStep })}</span>
        ${this.last !== null ? html`<span>${t('loss.follows', { steps: this.last })}</span>` : nothing}
      </div>
      <mg-chart @ready=${this.#ready} .option=${this.#option(points, average, range, spikes)} label=${this.#inWords(points)}></mg-chart>`;
  }

  /** The baselines by name; until they are loaded, only the one that needs no documents. */
  get #base() {
    const { vocabSize } = this.view;
    const { uniform = vocabSize ? Math.log(vocabSize) : null, unigram, bigram } = this.baselines ?? {};
    return Object.fromEntries(Object.entries({ uniform, unigram, bigram }).filter(([, value]) => Number.isFinite(value)));
  }

  get #baseInWords() {
    return Object.entries(this.#base).map(([name, value]) => `${name} ${fixed(value, 2)}`).join(', ');
  }

  #inWords(points) {
    if (points.length === 0) {
      return t('loss.none');
    }
    const first = points[0];
    const last = points.at(-1);
    return t('loss.chart', { from: first.from, to: last.to, first: loss(first.mean), last: loss(last.mean) });
  }

  #rangeOf(points) {
    const validation = this.live.validation.map((each) => each.loss);
    const range = lossRange(points, this.#zoomed === null ? [...Object.values(this.#base), ...validation] : []);
    return this.allSpikes ? { ...range, high: null } : range;
  }

  /** The button that lists the spikes. */
  #spikes(spikes) {
    const highest = spikes.toSorted((a, b) => b.max - a.max).slice(0, MOST_SPIKES);
    return html`
      <button class="quiet spikes" popovertarget="spikes">▲ ${t('loss.spikes', { spikes: spikes.length })}</button>
      <div id="spikes" popover @beforetoggle=${this.#placeSpikes}>
        <table>
          <caption class="visually-hidden">${t('loss.highestLosses')}</caption>
          <thead><tr><th scope="col">${t('columns.step')}</th><th scope="col">${t('columns.loss')}</th></tr></thead>
          <tbody>${highest.map(({ from, to, max }) => html`
            <tr><td>${from === to ? count(from) : `${count(from)} – ${count(to)}`}</td><td>${loss(max)}</td></tr>`)}</tbody>
        </table>
      </div>`;
  }

  #placeSpikes = ({ target, newState }) => {
    if (newState === 'open') {
      placePopover(target, this.renderRoot.querySelector('.spikes'), 'left');
    }
  };

  #option(points, average, range, spikes) {
    const { live } = this;
    const { lastStep } = live.losses;
    return lossChart({
      points, average, range, spikes, lastStep,
      validation: live.validation,
      overfitSince: this.overfitSince,
      shown: this.#dragged ?? this.#zoomed ?? { from: 1, to: Math.max(2, lastStep) },
      isLogSteps: this.logSteps,
      isLogLoss: this.logLoss,
      baselines: this.#base,
      events: live.events,
      at: this.at,
      schedule: this.showsRate ? live.schedule : null,
      scale: textScale(this),
      tip: (index) => this.#tip(points, average, index),
    });
  }

  #tip(points, average, index) {
    const point = points[index];
    if (point === undefined) {
      return '';
    }
    const { from, to, min, mean, max } = point;
    const rate = learningRateOf(to, this.live.schedule);
    return [
      ...(from === to ? [t('loss.tip.step', { step: from }), t('loss.tip.loss', { loss: loss(mean) })]
        : [t('loss.tip.steps', { from, to }), t('loss.tip.mean', { mean: loss(mean) }), t('loss.tip.range', { min: loss(min), max: loss(max) })]),
      t('loss.tip.average', { average: loss(average[index]) }),
      ...this.#validationIn(point).map(({ step, loss: value }) => t('loss.tip.validation', { step, loss: loss(value) })),
      ...(rate === null ? [] : [t('loss.tip.rate', { rate: number(rate) })]),
      ...this.live.events.filter(({ step }) => step >= from && step <= to).slice(0, 5).map(describeEvent),
    ].join('\n');
  }

  #validationIn({ from, to }) {
    return this.live.validation.filter(({ step }) => step >= from && step <= to);
  }

  legend() {
    return [
      { label: t('loss.mean'), kind: 'line', colour: '--data-1' }, { label: t('loss.band'), kind: 'band', colour: '--data-1' },
      { label: t('loss.averageOver', { steps: this.span }), kind: 'line', colour: '--data-2' },
      ...(this.live.validation.length === 0 ? [] : [{ label: t('loss.validation'), kind: 'dashed', colour: '--data-4' }]),
      ...(this.#baseInWords !== '' ? [{ label: t('loss.baselines', { baselines: this.#baseInWords }), kind: 'dashed', colour: '--data-6' }] : []),
      ...(this.showsRate ? [{ label: t('columns.learningRate'), kind: 'line', colour: '--data-3' }] : []),
      ...(this.allSpikes || spikesOf(this.#points, this.#rangeOf(this.#points)).length === 0 ? [] : [{ label: t('loss.spikesAbove'), kind: 'text' }]),
    ];
  }

  table() {
    const panel = this;
    const isValidated = this.live.validation.length > 0;
    return {
      columns: [t('loss.columns.from'), t('loss.columns.to'), t('loss.columns.lowest'), t('loss.mean'), t('loss.columns.highest'),
        t('loss.columns.average', { steps: this.span }), t('columns.learningRate'), ...(isValidated ? [t('loss.validation')] : [])],
      get rows() { // computed only when needed
        const points = panel.#points;
        const average = panel.#averageAt(points);
        return points.map(({ from, to, min, mean, max }, i) =>
          [from, to, min, mean, max, average[i], learningRateOf(to, panel.live.schedule),
            ...(isValidated ? [panel.#validationIn({ from, to }).at(-1)?.loss ?? null] : [])]);
      },
    };
  }
}

customElements.define('mg-loss-panel', LossPanel);
