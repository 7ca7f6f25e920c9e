// The panel that compares forks with their parents: the loss of the child minus that of its parent, from the step
// of the fork on. Until one of them is steered, both train the same steps.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { compact, loss, number } from '../../data/format.js';
import { loadLosses } from '../../data/load-losses.js';
import { movingAverage } from '../../data/loss-store.js';
import { describeEvent } from '../../data/session-events.js';
import { texts } from '../../data/texts.js';
import { averagingControl, averagingStyles } from '../../components/averaging.js';
import { axis, namedAlong, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { icons } from '../../components/icons.js';
import { Panel } from '../../components/panel.js';
import { MOST_SESSIONS, colourOf, lineDash, lineType, markStyles, sessionMark } from '../../components/session-marks.js';
import { theme } from '../../components/theme.js';
import { pointAt } from './loss-axes.js';
import { SessionQueries } from './session-queries.js';

const t = await texts('compare');

const POINTS = 500;
const MIN_INTERVAL = 2000; // ms
const MOST_MARKS = 50;

const signed = (value) => `${value < 0 ? '−' : '+'}${loss(Math.abs(value))}`;

const bold = (name) => html`<strong>${name}</strong>`;

class ForksPanel extends Panel {
  static heading = t('forks.heading');
  static about = t('forks.about');

  static styles = [Panel.styles, markStyles, averagingStyles, css`
    .content { display: flex; flex-direction: column; }
    mg-chart { flex: 1; height: auto; min-height: 240px; }
    .fork { display: flex; align-items: flex-start; gap: var(--space-2); margin-bottom: var(--space-2); font-size: var(--text-s); }
    .fork > div { min-width: 0; overflow-wrap: anywhere; }
    .fork .session-mark { margin-top: 1px; }
    .fork ul { color: var(--muted); }
    .empty { max-width: 60ch; color: var(--muted); }
  `];

  #losses = new SessionQueries(this, (entry, signal) => this.#load(entry, signal));
  #forks = [];

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#losses.cancel();
  }

  willUpdate() {
    if (this.live === undefined) {
      return;
    }
    this.#forks = this.live.present.map((entry) => this.#forkOf(entry)).filter((fork) => fork !== null);
    const compared = new Map(this.#forks.filter(({ problem }) => problem === null).map((fork) => [fork.child, fork]));
    const key = ({ parent, from }) => `${parent.name} ${parent.startedAt} ${from}`;
    this.#losses.request([...compared.keys()], (child) => key(compared.get(child)), MIN_INTERVAL, (child) => compared.get(child).to);
  }

  /**
   * The fork {child, parent, from, to, problem}: the steps from `from` + 1 to `to` are compared, unless there is a
   * problem; null if the session is no fork. Its parent here is its nearest ancestor among the chosen sessions.
   */
  #forkOf(child) {
    const forks = child.history?.events.filter(({ kind }) => kind === 'forked') ?? [];
    if (forks.length === 0) {
      return null;
    }
    const { entries, all } = this.live;
    const event = forks.findLast(({ parent }) => this.live.entry(parent)?.status === 'present') ?? forks.at(-1);
    const parent = this.live.entry(event.parent);
    const fork = { child, parent, parentName: event.parent, from: event.step, to: 0, problem: null, canAdd: false };
    if (parent?.status !== 'present') {
      const exists = all?.some(({ name }) => name === event.parent) ?? false;
      return {
        ...fork, canAdd: exists && parent === undefined && entries.length < MOST_SESSIONS,
        problem: exists ? 'notChosen' : 'gone',
      };
    }
    if (parent.history !== null && parent.startedAt > event.at) {
      return { ...fork, problem: 'restarted' };
    }
    const to = Math.min(child.view.step, parent.view.step);
    if (to <= event.step) {
      return { ...fork, problem: child.view.step <= event.step ? 'childIdle' : 'parentIdle' };
    }
    return { ...fork, to };
  }

  /** Loads the points of the curve, and the losses of both as finely as averages need them. */
  async #load(entry, signal) {
    const { child, parent, from, to } = this.#forks.find((fork) => fork.child === entry);
    const [points, own, others] = await Promise.all([
      api.losses(child.name, { from: from + 1, to, maxPoints: POINTS }, signal),
      ...[child, parent].map(({ name }) => loadLosses(name, from, POINTS, { end: to, signal }))]);
    return { parent, from, points: points.buckets, own: own.buckets, others: others.buckets };
  }

  /** The curve of a fork, as far as it is loaded. */
  #curveOf({ child, parent, from }) {
    const result = this.#losses.resultOf(child);
    if (result === null || result.error || result.parent !== parent || result.from !== from) {
      return { error: result?.error ?? null, points: [] };
    }
    const [own, others] = [result.own, result.others].map((losses) => movingAverage(result.points, this.live.span, losses));
    return { error: null, points: result.points.map(({ to }, i) => [to, own[i] - others[i], own[i], others[i]]) };
  }

  /** The events after the fork in which one of both was steered. */
  #steerings({ child, parent, from, to }) {
    return [child, parent].flatMap((entry) => (entry.history?.events ?? [])
      .filter(({ kind, step }) => kind === 'steered' && step >= from && step <= to)
      .slice(-MOST_MARKS).map((event) => ({ entry, event })));
  }

  renderControls() {
    return this.#forks.some(({ problem }) => problem === null) ? averagingControl(this.live.span, (span) => this.live.setSpan(span)) : nothing;
  }

  renderBody() {
    if (this.#forks.length === 0) {
      return html`<p class="empty">${t('forks.none')}</p>`;
    }
    const drawn = this.#drawn();
    return html`
      ${this.#forks.map((fork) => this.#inWords(fork))}
      ${drawn.length === 0 ? nothing
        : html`<mg-chart .option=${this.#option(drawn)} label="${t('forks.chart')} ${drawn.map((fork) => this.#sentence(fork)).join(' ')}"></mg-chart>`}`;
  }

  #drawn() {
    return this.#forks.filter(({ problem }) => problem === null)
      .map((fork) => ({ ...fork, ...this.#curveOf(fork) })).filter(({ points }) => points.length > 0);
  }

  #inWords(fork) {
    const { child, parentName, from, problem, canAdd } = fork;
    const { error, points } = problem === null ? this.#curveOf(fork) : { error: null, points: [] };
    return html`
      <div class="fork" data-session=${child.name}>
        ${sessionMark(child.slot)}
        <div>
          <p>${t.html('forks.fork', { child: bold(child.name), parent: bold(parentName), step: from, problem: problem ?? 'none' })}
            ${points.length > 0 ? html`<span class="newest">${this.#sentence({ ...fork, points })}</span>` : nothing}</p>
          ${error ? html`<p class="error">${error.message}</p>` : nothing}
          ${problem === null ? html`<ul>${this.#steerings(fork).map(({ entry, event }) => html`
            <li>${t('forks.event', { slot: entry.slot + 1, name: entry.name, event: describeEvent(event) })}</li>`)}</ul>` : nothing}
          ${canAdd ? html`<button @click=${() => this.live.add(parentName)}>${icons.plus} ${t('forks.add', { name: parentName })}</button>` : nothing}
        </div>
      </div>`;
  }

  #sentence({ child, parent, points }) {
    const [step, difference, own, others] = points.at(-1);
    return t('forks.sentence', {
      step, child: child.name, parent: parent.name, how: difference === 0 ? 'equal' : difference < 0 ? 'below' : 'above',
      difference: loss(Math.abs(difference)), own: loss(own), other: loss(others),
    });
  }

  #option(drawn) {
    const label = { color: theme.colour('--muted'), fontSize: 11, hideOverlap: true };
    const min = Math.min(...drawn.map(({ from }) => from));
    const max = Math.max(...drawn.map(({ points }) => points.at(-1)[0]));
    return {
      grid: { left: 70, right: 34, top: 36, bottom: 42 },
      tooltip: tooltip({
        trigger: 'axis',
        axisPointer: { lineStyle: { color: theme.colour('--edge') } },
        formatter: ([{ axisValue }]) => this.#tip(drawn, axisValue),
      }),
      xAxis: axis({
        id: 'x', type: 'value', min, max, name: t('axes.step'), nameLocation: 'middle', nameGap: 26, splitLine: { show: false },
        axisLine: { onZero: false, lineStyle: { color: theme.colour('--line') } }, axisLabel: { ...label, formatter: compact },
      }),
      yAxis: axis({ id: 'difference', ...namedAlong(t('forks.axis'), 70), type: 'value', axisLabel: { ...label, formatter: (value) => number(value).replace('-', '−') } }),
      series: drawn.map((fork, i) => ({
        id: fork.child.name, type: 'line', animation: false, showSymbol: fork.points.length < 3, data: fork.points, encode: { x: 0, y: 1 },
        color: theme.colour(colourOf(fork.child.slot)), lineStyle: { width: 2, type: lineType(fork.child.slot) },
        labelLayout: { moveOverlap: 'shiftY' },
        endLabel: { show: true, formatter: `${fork.child.slot + 1}`, color: theme.colour('--ink'), fontWeight: 600, fontSize: 12 },
        markLine: this.#marks(fork, i),
      })),
    };
  }

  /** Marks where a session was steered, with labels in two rows, and the zero line once. */
  #marks(fork, index) {
    const muted = theme.colour('--muted');
    const centre = (fork.from + fork.to) / 2;
    const steered = this.#steerings(fork).map(({ entry, event }, i) => ({
      xAxis: event.step,
      label: { formatter: t('forks.steered', { slot: entry.slot + 1 }), align: event.step < centre ? 'left' : 'right', distance: 3 + 13 * ((i + index) % 2) },
    }));
    const zero = { yAxis: 0, lineStyle: { type: 'solid', color: muted }, label: { show: false } };
    return {
      silent: true, animation: false, symbol: 'none', data: [...(index === 0 ? [zero] : []), ...steered],
      lineStyle: { color: muted, type: 'dotted', width: 1 },
      label: { color: muted, fontSize: 11, position: 'end' },
    };
  }

  #tip(drawn, x) {
    return drawn.flatMap(({ child, parent, points }) => {
      const point = pointAt(points, x);
      return point === null ? [] : [t('forks.tip', { slot: child.slot + 1, difference: signed(point[1]), child: child.name, parent: parent.name, step: point[0] })];
    }).join('\n');
  }

  legend() {
    return this.#drawn().map(({ child: { slot, name }, parent }) => (
      { label: t('forks.legend', { slot: slot + 1, child: name, parent: parent.name }), kind: 'line', colour: colourOf(slot), dash: lineDash(slot) }));
  }

  table() {
    const drawn = this.live === undefined ? [] : this.#drawn();
    return drawn.length === 0 ? null : {
      columns: ['fork', 'parent', 'step', 'lossOfFork', 'lossOfParent', 'difference'].map((name) => t(`columns.${name}`)),
      get rows() { // computed only when needed
        return drawn.flatMap(({ child, parent, points }) =>
          points.map(([step, difference, own, others]) => [child.name, parent.name, step, own, others, difference]));
      },
    };
  }
}

customElements.define('mg-compare-forks', ForksPanel);
