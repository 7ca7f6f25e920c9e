// The panel that shows the loss curves of the best trials of a sweep: training and validation.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { compact, count, loss, number } from '../../data/format.js';
import { SITE } from '../../data/site.js';
import { variedInWords } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';
import { axis, namedAlong, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { Panel } from '../../components/panel.js';
import { PolledQuery } from '../../components/polled-query.js';
import { colourOf, lineDash, lineType, markStyles, sessionMark, symbolOf } from '../../components/session-marks.js';
import { theme } from '../../components/theme.js';

const t = await texts('sweep');

const BEST = 5;
const POINTS = 30; // of a curve of training losses: each is a mean, so that the curve is smooth
const REFRESH_INTERVAL = 1000; // ms

class LossesPanel extends Panel {
  static heading = t('losses.heading');
  static about = t('losses.about', { best: BEST });

  static styles = [Panel.styles, markStyles, css`
    .content { display: flex; flex-direction: column; }
    mg-chart { flex: 1; height: auto; min-height: 300px; }
    .legend { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); margin-bottom: var(--space-2); font-size: var(--text-s); }
    .legend li { display: inline-flex; align-items: flex-start; gap: 6px; min-width: 0; }
    .legend .name { min-width: 0; overflow-wrap: anywhere; }
    .empty { display: grid; place-items: center; height: 300px; color: var(--muted); }
  `];

  #curves = new PolledQuery(this, (signal) => Promise.all(this.#best.map((trial) => curvesOf(trial, signal))));

  get #best() {
    return this.live.sweep.trials.filter(({ state, step }) => step > 0 && state !== 'deleted').slice(0, BEST);
  }

  willUpdate() {
    const best = this.live === undefined ? [] : this.#best;
    if (best.length > 0) {
      this.#curves.request(best.map(({ session }) => session).join(), best.map(({ step, state }) => `${step} ${state}`).join(), REFRESH_INTERVAL);
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#curves.cancel();
  }

  renderBody() {
    const curves = this.#curves.result;
    if (curves === null) {
      return html`<p class="empty">${this.#best.length === 0 ? t('losses.none') : t('loading')}</p>`;
    }
    return html`
      <ul class="legend">${curves.map(({ session, options, validation }, slot) => html`
        <li data-session=${session}>${sessionMark(slot)}<span class="name">${session} <span class="muted">${variedInWords(options)}</span>
          ${validation.length === 0 ? nothing : html`<strong>${loss(validation.at(-1).loss)}</strong>`}</span></li>`)}</ul>
      <mg-chart .option=${this.#option(curves)} label=${this.#inWords(curves)}></mg-chart>
      <p class="hint">${t('losses.note')} ${curves.length < 2 ? nothing
        : html`<a href="${SITE}compare?s=${curves.map(({ session }) => session).join()}">${t('losses.compare')}</a>`}</p>`;
  }

  #inWords(curves) {
    const each = curves.filter(({ validation }) => validation.length > 0)
      .map(({ session, validation }) => t('losses.one', { session, loss: loss(validation.at(-1).loss) }));
    return t('losses.chart', { losses: each.join('; ') });
  }

  #option(curves) {
    return {
      grid: { left: 62, right: 30, top: 16, bottom: 44 },
      tooltip: tooltip({
        trigger: 'axis', axisPointer: { lineStyle: { color: theme.colour('--edge') } },
        formatter: ([{ axisValue }]) => tip(curves, axisValue),
      }),
      xAxis: axis({ id: 'x', type: 'value', min: 0, name: t('losses.step'), nameLocation: 'middle', nameGap: 26, splitLine: { show: false }, axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: compact } }),
      yAxis: axis({ id: 'loss', ...namedAlong(t('losses.axis'), 62), type: 'value', scale: true, axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: (value) => number(value) } }),
      series: [...curves.map(({ session, training }, slot) => ({
        id: session, type: 'line', animation: false, data: training.map(({ step, mean }) => [step, mean]), color: theme.colour(colourOf(slot)),
        lineStyle: { width: 2, type: lineType(slot) }, symbol: symbolOf(slot), symbolSize: 6, showSymbol: training.length < 3,
      })), ...curves.map(({ session, validation }, slot) => ({
        id: `validation-${session}`, type: 'line', silent: true, animation: false, data: validation.filter(({ step }) => step > 0).map(({ step, loss: value }) => [step, value]),
        color: theme.colour(colourOf(slot)), lineStyle: { width: 1.4, type: 'dotted' }, symbol: symbolOf(slot), symbolSize: 8, tooltip: { show: false },
      }))],
    };
  }

  legend() {
    return [...(this.#curves.result ?? []).map(({ session }, slot) => (
      { label: `${slot + 1} ${session}`, kind: 'line', colour: colourOf(slot), dash: lineDash(slot) })), { label: t('losses.symbols'), kind: 'text' }];
  }

  table() {
    const curves = this.#curves.result ?? [];
    return {
      columns: ['session', 'losses', 'step', 'loss'].map((name) => t(`losses.columns.${name}`)),
      get rows() { // computed only when needed
        return curves.flatMap(({ session, training, validation }) => [
          ...training.map(({ step, mean }) => [session, t('losses.training'), step, mean]),
          ...validation.map(({ step, loss: value }) => [session, t('losses.validation'), step, value])]);
      },
    };
  }
}

/** The curves of a trial: {session, options, training: [{step, mean}], validation: [{step, loss}]}. */
async function curvesOf({ session, options }, signal) {
  const [{ buckets }, { losses }] = await Promise.all([api.losses(session, { maxPoints: POINTS }, signal), api.validation(session)]);
  return { session, options, training: buckets.map(({ to, mean }) => ({ step: to, mean })), validation: losses };
}

/** The tooltip of all curves at a step: of each the last point up to there. */
function tip(curves, step) {
  const lines = curves.flatMap(({ session, training }, slot) => {
    const point = training.findLast((each) => each.step <= step);
    return point === undefined ? [] : [`${slot + 1}  ${loss(point.mean)}  ${session}`];
  });
  return [t('losses.tip', { step: count(step) }), ...lines].join('\n');
}

customElements.define('mg-sweep-losses', LossesPanel);
