// The panel that shows the loss curves of all compared sessions, over steps, documents or time.

import { css, html, nothing } from 'lit';

import { compact, count, duration, loss, number } from '../../data/format.js';
import { logTicks } from '../../data/log-ticks.js';
import { meanWithError, ranked, verdictInWords } from '../../data/loss-verdict.js';
import { movingAverage } from '../../data/loss-store.js';
import { texts } from '../../data/texts.js';
import { averagingControl, averagingStyles } from '../../components/averaging.js';
import { axis, namedAlong, ticksAt, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { Panel } from '../../components/panel.js';
import { colourOf, lineDash, lineType, markStyles, sessionMark, symbolOf } from '../../components/session-marks.js';
import { theme } from '../../components/theme.js';
import { queryValue, setQuery } from '../../components/url-query.js';
import { AXES, documentsAfter, pointAt, secondsAfter, timesOf } from './loss-axes.js';

const t = await texts('compare');

const POINTS = 500; // per curve
const MARGIN = 0.04; // of a logarithmic loss axis, at either end

/** A duration; for short ones with more digits, because small models train many steps per second. */
const timeText = (seconds) => (seconds < 1 ? t('losses.seconds', { seconds: number(seconds, 2) }) : duration(seconds));

class LossesPanel extends Panel {
  static heading = t('losses.heading');
  static about = t('losses.about');

  static properties = { axis: { state: true }, logAxis: { state: true }, logLoss: { state: true } };

  static styles = [Panel.styles, markStyles, averagingStyles, css`
    .content { display: flex; flex-direction: column; }
    mg-chart { flex: 1; height: auto; min-height: 340px; }
    .legend { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); margin-bottom: var(--space-1); font-size: var(--text-s); }
    .legend li { display: inline-flex; align-items: flex-start; gap: 6px; min-width: 0; }
    .legend .name { min-width: 0; overflow-wrap: anywhere; }
    .legend strong { font-variant-numeric: tabular-nums; }
    .verdict { margin-bottom: var(--space-2); padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font-size: var(--text-s); overflow-wrap: anywhere; }
    .verdict p:first-child { font-weight: 600; }
    .verdict ul { margin: var(--space-1) 0; font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; height: 340px; color: var(--muted); }
    @media (max-width: 600px) { mg-chart { min-height: 300px; } }
  `];

  #curves = [];

  constructor() {
    super();
    this.axis = Object.hasOwn(AXES, queryValue('axis') ?? '') ? queryValue('axis') : 'step';
    this.logAxis = queryValue('log')?.includes('x') ?? false;
    this.logLoss = queryValue('log')?.includes('y') ?? false;
  }

  /** Switches to the next axis. */
  nextAxis() {
    const names = Object.keys(AXES);
    this.#choose(names[(names.indexOf(this.axis) + 1) % names.length]);
  }

  #choose(name) {
    this.axis = name;
    setQuery({ axis: name === 'step' ? null : name });
  }

  willUpdate() {
    this.#curves = (this.live?.present ?? []).map((entry) => this.#curve(entry));
  }

  /** {entry, points: [[x, average, step]], validation: [[x, loss]], missing: why there are no points} */
  #curve(entry) {
    const { losses, history, view, readAt } = entry;
    if (history === null) {
      return { entry, points: [], validation: [], missing: null };
    }
    if (losses.size === 0) {
      return { entry, points: [], validation: [], missing: t('losses.noStep') };
    }
    const { placeOf, missing } = this.#places(history, view, readAt);
    const buckets = losses.points(POINTS, {}, this.logAxis);
    const averages = movingAverage(buckets, this.live.span, losses.finest);
    const points = missing ? [] : buckets.map(({ to }, i) => [placeOf(to), averages[i], to]).filter(([x]) => x !== null && (x > 0 || !this.logAxis));
    const validation = missing ? [] : (history.validation ?? []).map(({ step, loss: value }) => [placeOf(step), value])
      .filter(([x]) => x !== null && (x > 0 || !this.logAxis));
    return { entry, points, validation, missing: points.length > 0 ? null : missing ?? t('losses.noOwnStep'), newest: averages.at(-1) };
  }

  /** {placeOf}, a function from a step to its value on the axis, or {missing}, why there is none. */
  #places({ events, schedule }, { step }, readAt) {
    if (this.axis === 'documents') {
      return schedule[0]?.fromStep === 0
        ? { placeOf: (at) => documentsAfter(at, schedule) }
        : { missing: t('losses.documentsUnknown') };
    }
    if (this.axis === 'time') {
      const { knots, missing } = timesOf(events, step, readAt);
      return { placeOf: (at) => secondsAfter(at, knots), missing };
    }
    return { placeOf: (at) => at };
  }

  renderControls() {
    const toggle = (name, label) => html`
      <label><input type="checkbox" .checked=${this[name]} @change=${(event) => {
        this[name] = event.target.checked;
        setQuery({ log: (this.logAxis ? 'x' : '') + (this.logLoss ? 'y' : '') || null });
      }}>${label}</label>`;
    return html`
      <label>${t('losses.over')}
        <select aria-label=${t('losses.overLabel')} @change=${(event) => this.#choose(event.target.value)}>
          ${Object.entries(AXES).map(([name, { label }]) => html`<option value=${name} ?selected=${name === this.axis}>${label}</option>`)}
        </select>
      </label>
      ${averagingControl(this.live.span, (span) => this.live.setSpan(span))}
      ${toggle('logAxis', t('losses.logAxis'))} ${toggle('logLoss', t('losses.logLoss'))}`;
  }

  renderBody() {
    const drawn = this.#curves.filter(({ points }) => points.length > 0);
    return html`
      <ul class="legend">${this.#curves.map(({ entry, validation, newest, missing }) => html`
        <li data-session=${entry.name}>${sessionMark(entry.slot)}<span class="name">${entry.name}
          ${newest === undefined ? nothing : html`<strong>${loss(newest)}</strong>`}
          ${validation.length === 0 ? nothing : html`<span class="muted">${t('losses.validation', { loss: loss(validation.at(-1)[1]) })}</span>`}
          ${missing ? html`<span class="muted">${t('losses.leftOut', { reason: missing })}</span>` : nothing}</span></li>`)}</ul>
      ${this.#verdict()}
      ${drawn.length === 0 ? html`<p class="empty">${this.#reason}</p>`
        : html`<mg-chart .option=${this.#option(drawn)} label=${this.#inWords(drawn)}></mg-chart>`}`;
  }

  /** Which session is better, as far as the newest losses say; nothing for fewer than two sessions with losses. */
  #verdict() {
    const sessions = this.#curves.filter(({ newest }) => newest !== undefined)
      .map(({ entry: { name, view, losses } }) => ({ name, view, step: losses.lastStep, ...meanWithError(losses.finest, this.live.span) }))
      .filter(({ mean }) => mean !== undefined);
    if (sessions.length < 2) {
      return nothing;
    }
    const ranking = ranked(sessions);
    const [{ view: { numDocs, vocabSize } }] = sessions;
    const haveSameTexts = sessions.every(({ view }) => view.numDocs === numDocs && view.vocabSize === vocabSize);
    return html`
      <div class="verdict">
        <p>${haveSameTexts ? verdictInWords(ranking, this.live.span)
          : t('losses.differentTexts')}</p>
        <ul>${ranking.map(({ name, mean, error, steps, difference, errors, verdict }) => html`
          <li>${t('losses.ranked', {
            name, mean: loss(mean), hasError: error !== null, error: error === null ? '' : number(error, 2), hasSpan: steps === this.live.span, steps,
            verdict: haveSameTexts ? verdict : 'best', difference: number(difference, 2), isSure: errors === Infinity, errors: number(errors ?? 0, 2),
          })}</li>`)}</ul>
        <p class="muted">${t('losses.note')}</p>
      </div>`;
  }

  /** Why there is nothing to show. */
  get #reason() {
    const { entries, present } = this.live;
    if (entries.length === 0) {
      return t('noneChosen');
    }
    return present.length > 0 && present.every(({ view }) => view.step === 0) ? t('losses.noneTrained') : t('loading');
  }

  #placeText(x) {
    return this.axis === 'time' ? timeText(x) : count(x);
  }

  #inWords(drawn) {
    const each = drawn.map(({ entry, points }) => t('losses.one', {
      slot: entry.slot + 1, name: entry.name, loss: loss(points.at(-1)[1]), place: this.#placeText(points.at(-1)[0]),
    }));
    return t('losses.chart', { axis: AXES[this.axis].label, losses: each.join('; ') });
  }

  #option(drawn) {
    const label = { color: theme.colour('--muted'), fontSize: 11, hideOverlap: true };
    const start = this.logAxis ? Math.min(...drawn.map(({ points }) => points[0][0])) : 0;
    const end = Math.max(...drawn.map(({ points }) => points.at(-1)[0])) || 1;
    const ticks = ticksAt(this.logAxis ? logTicks(start, end) : null);
    const losses = this.logLoss ? logarithmicEnds(drawn) : { min: null, max: null };
    const lossTicks = ticksAt(this.logLoss ? logTicks(losses.min, losses.max) : null);
    return {
      grid: { left: 62, right: 34, top: 16, bottom: 44 },
      tooltip: tooltip({
        trigger: 'axis',
        axisPointer: { lineStyle: { color: theme.colour('--edge') } },
        formatter: ([{ axisValue }]) => this.#tip(drawn, axisValue),
      }),
      xAxis: axis({
        id: 'x', type: this.logAxis ? 'log' : 'value', min: start, max: end, axisTick: ticks.axisTick,
        name: AXES[this.axis].label, nameLocation: 'middle', nameGap: 26, splitLine: { show: false },
        axisLabel: { ...label, ...ticks.axisLabel, formatter: this.axis === 'time' ? timeText : compact },
      }),
      yAxis: axis({
        id: 'loss', ...namedAlong(t('losses.axis'), 62), type: this.logLoss ? 'log' : 'value', scale: true, ...losses, axisTick: lossTicks.axisTick,
        axisLabel: { ...label, ...lossTicks.axisLabel, formatter: (value) => number(value) },
      }),
      series: [...drawn.map(({ entry: { slot, name }, points }) => ({
        id: name, type: 'line', animation: false, data: points, encode: { x: 0, y: 1 }, color: theme.colour(colourOf(slot)),
        lineStyle: { width: 2, type: lineType(slot) }, symbol: symbolOf(slot), symbolSize: 6, showSymbol: points.length < 3,
        labelLayout: { moveOverlap: 'shiftY' },
        endLabel: { show: true, formatter: `${slot + 1}`, color: theme.colour('--ink'), fontWeight: 600, fontSize: 12 },
      })), ...drawn.filter(({ validation }) => validation.length > 0).map(({ entry: { slot, name }, validation }) => ({
        id: `validation-${name}`, type: 'line', silent: true, animation: false, data: validation, color: theme.colour(colourOf(slot)),
        lineStyle: { width: 1.2, type: 'dotted' }, symbol: symbolOf(slot), symbolSize: 5, tooltip: { show: false },
      }))],
    };
  }

  /** The tooltip of all curves at a value: their points have different x-values. */
  #tip(drawn, x) {
    const lines = drawn.flatMap(({ entry, points }) => {
      const point = pointAt(points, x);
      return point === null ? [] : [t('losses.tip', { slot: entry.slot + 1, loss: loss(point[1]), name: entry.name, step: point[2] })];
    });
    return [`${AXES[this.axis].label} ${this.#placeText(x)}`, ...lines].join('\n');
  }

  legend() {
    return [...this.#curves.filter(({ points }) => points.length > 0).map(({ entry: { slot, name } }) => (
      { label: `${slot + 1} ${name}`, kind: 'line', colour: colourOf(slot), dash: lineDash(slot) })),
    { label: t('losses.averages', { steps: this.live.span }), kind: 'text' },
    ...(this.#curves.some(({ validation }) => validation.length > 0) ? [{ label: t('losses.dotted'), kind: 'text' }] : [])];
  }

  table() {
    const curves = this.#curves;
    const isOverSteps = this.axis === 'step';
    return curves.length === 0 ? null : {
      columns: [t('columns.session'), t('columns.step'), !isOverSteps && (AXES[this.axis].column ?? AXES[this.axis].label), t('losses.averageColumn', { steps: this.live.span })].filter(Boolean),
      get rows() { // computed only when needed
        return curves.flatMap(({ entry, points }) => points.map(([x, average, step]) =>
          [entry.name, step, ...(isOverSteps ? [] : [x]), average]));
      },
    };
  }
}

/** The ends of a logarithmic loss axis, with a margin; null if no loss is positive. */
function logarithmicEnds(drawn) {
  const losses = drawn.flatMap(({ points }) => points.map(([, loss]) => loss)).filter((loss) => loss > 0 && loss < Infinity);
  const low = losses.reduce((least, loss) => Math.min(least, loss), Infinity);
  const high = losses.reduce((most, loss) => Math.max(most, loss), -Infinity);
  const margin = (high / low) ** MARGIN;
  return high > low ? { min: low / margin, max: high * margin } : { min: null, max: null };
}

customElements.define('mg-compare-losses', LossesPanel);
